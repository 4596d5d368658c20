/**
 * A TCP gateway: one local address for all members of a cluster.
 *
 * It is what `etcd gateway` is, as a class; the command is
 * `@etcdeno/client/gateway/main`. It passes bytes on and reads none of them, so
 * it works for every client and with TLS.
 *
 * ```ts
 * import { Gateway } from "@etcdeno/client/gateway";
 *
 * await using gateway = await Gateway.start({
 *   listen: "127.0.0.1:0",
 *   endpoints: ["10.0.0.1", "10.0.0.2", "10.0.0.3"],
 *   retryDelayMs: 10_000,
 * });
 * console.log(gateway.address, gateway.snapshot().endpoints.length);
 * ```
 *
 * @module
 */
export { Gateway } from "./gateway.ts";
export type { DiscoveryOptions, GatewayOptions } from "./options.ts";
export type { SelectionName } from "./_selection.ts";
export type {
  Bucket,
  EndpointStatus,
  GatewayEvent,
  GatewaySnapshot,
  Histogram,
  RefusalReason,
} from "./view.ts";
