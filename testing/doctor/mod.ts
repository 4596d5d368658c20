/**
 * A doctor for clusters: what works, what does not, and what to change.
 *
 * @module
 */
export { diagnose } from "./diagnose.ts";
export type {
  CertificateReport,
  Diagnosis,
  EndpointReport,
  Finding,
  FindingCode,
  MemberReport,
  Severity,
  StrategyReport,
} from "./diagnosis.ts";
export type { DiagnoseOptions } from "./options.ts";
