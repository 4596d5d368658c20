/**
 * The transport over grpc-js.
 *
 * @module
 */
export type { TlsOptions } from "./_credentials.ts";
export { grpcDial } from "./_transport.ts";
