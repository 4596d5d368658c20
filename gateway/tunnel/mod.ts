/**
 * One connection of a client, carried to a member and back.
 *
 * @module
 */
export { Acceptor, type AcceptorOptions } from "./_acceptor.ts";
export { openListener } from "./_listen.ts";
export { Tunnel } from "./_tunnel.ts";
