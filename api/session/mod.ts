/**
 * Sessions: leases that are kept alive, and the locks and leaderships of each.
 *
 * @module
 */
export { openSession } from "./session.ts";
export type { Session, SessionOptions } from "./types.ts";
