/**
 * A connection: frames to the parts they are for, pings, its end.
 *
 * @module
 */
export { Connection } from "./_connection.ts";
export type { ConnectionListener, Down } from "./_listener.ts";
