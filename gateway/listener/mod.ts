/**
 * Listening on a local address, and accepting what connects to it.
 *
 * @module
 */
export { Acceptor, type AcceptorOptions } from "./_acceptor.ts";
export { openListener } from "./_open.ts";
