/**
 * A tunnel: the bytes of a client, carried to a member and back.
 *
 * @module
 */
export { Tunnel } from "./_tunnel.ts";
