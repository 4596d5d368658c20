/**
 * The client: its options and its parts.
 *
 * @module
 */
export { Client } from "./client.ts";
export type { ClientOptions, KeepAliveOptions } from "./options.ts";
