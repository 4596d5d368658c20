/**
 * The transport of our own: gRPC over HTTP/2 on sockets of Node's modules.
 *
 * @module
 */
export { http2Dial } from "./dial/mod.ts";
