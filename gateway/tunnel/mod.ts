/**
 * A tunnel: the bytes of a client, carried to a member and back.
 *
 * @module
 */
export { type Reading, startReading, Tunnel } from "./_tunnel.ts";
export { Turns } from "./_turns.ts";
