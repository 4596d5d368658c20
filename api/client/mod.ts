/**
 * The client: its options, and what it is made of.
 *
 * @module
 */
export { Client } from "./client.ts";
export type {
  ClientOptions,
  KeepAliveOptions,
  TlsOptions,
  TlsProvider,
} from "./options.ts";
