/**
 * The transport over grpc-js.
 *
 * @module
 */
export { grpcDial } from "./_transport.ts";
