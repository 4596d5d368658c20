/**
 * The connections of a client, and the strategy that picks one for each call.
 *
 * @module
 */
export type { FollowedCall } from "./_followed_calls.ts";
export { guardedListener } from "./_guarded_listener.ts";
export { makeStrategy } from "./_make_strategy.ts";
export type { Picked, Tried, Waited } from "./_pick_queue.ts";
export { ConnectionPool } from "./_pool.ts";
export { PooledConnection } from "./_pooled_connection.ts";
