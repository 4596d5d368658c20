/**
 * Listening on a local address, and accepting what connects to it.
 *
 * @module
 */
export { Acceptor, type AcceptorOptions } from "./_acceptor.ts";
export { type ListenAddress, parseListenAddress } from "./_address.ts";
export { openListener } from "./_open.ts";
