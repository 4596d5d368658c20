/**
 * TLS: certificates and keys, and what must not be sent without it.
 *
 * @module
 */
export { resolveTls } from "./_resolve_tls.ts";
export {
  checkEncrypted,
  mustEncrypt,
  type Secrecy,
  withoutPlain,
} from "./_secrecy.ts";
export type { TlsOptions, TlsProvider } from "./options.ts";
