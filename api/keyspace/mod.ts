/**
 * A set of keys and the calls on them, and what one over another is made of.
 *
 * @module
 */
export { Keyspace } from "./keyspace.ts";
export { MappedWatch } from "./mapped_watch.ts";
