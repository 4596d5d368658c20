/**
 * The transport over grpc-js.
 *
 * @module
 */
export { loadGrpcDial } from "./_load.ts";
