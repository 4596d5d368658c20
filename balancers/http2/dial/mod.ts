/**
 * From an endpoint to a connection: addresses, TLS, sockets, the contract.
 *
 * @module
 */
export { http2Dial } from "./_transport.ts";
