/**
 * Certificates of a test's own.
 *
 * @module
 */
export {
  type Certificate,
  CertificateAuthority,
  type CertificateOptions,
} from "./authority.ts";
