/**
 * TCP connections, and the ways to open them.
 *
 * @module
 */
export type { Address, Connection, Listener, Network } from "./_connection.ts";
export { DENO_NETWORK } from "./_deno_network.ts";
export { nodeNetwork } from "./_node_network.ts";
