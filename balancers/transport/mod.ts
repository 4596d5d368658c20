/**
 * The contract between the pool and a transport, and the parts that all
 * transports share.
 *
 * @module
 */
export { type Clock, LONGEST_MS, SYSTEM_CLOCK } from "./_clock.ts";
export { grpcCodeOfHttp } from "./_code_of_http.ts";
export type {
  CallSettings,
  CallStatus,
  Dial,
  DialSettings,
  DownReason,
  Headers,
  RequestBytes,
  RunningCall,
  RunningStream,
  StreamOptions,
  StreamWait,
  Transport,
  TransportEvents,
  UnaryAnswer,
  UnaryOptions,
} from "./_contract.ts";
export { dialReason, timeoutReason } from "./_dial_reason.ts";
export { type Endpoint, parseEndpoint, withoutPassword } from "./_endpoint.ts";
export { hopeless } from "./_hopeless.ts";
export { MAX_MESSAGE_BYTES } from "./_max_message.ts";
export { onAbort } from "./_on_abort.ts";
export { isDenied, missingPermission, unreachedReason } from "./_permission.ts";
export { type PingOptions, PingPace } from "./_ping_pace.ts";
export {
  lookUpSrv,
  type SkippedRecord,
  type SrvEndpoint,
  type SrvRecords,
  srvServices,
} from "./_srv.ts";
export {
  explainAlert,
  explainEnd,
  explainTls,
  type TlsFailure,
  type TlsPeer,
} from "./_tls_fault.ts";
export {
  type ResolvedTls,
  type TlsSettings,
  tlsSettings,
} from "./_tls_settings.ts";
export { guardedEvents, rethrow, tell } from "./_told.ts";
export { TRANSPORT_NAMES, type TransportName } from "./_transport_name.ts";
