/**
 * A cluster of etcd servers, and what can be done to it.
 *
 * @module
 */
export { type Credentials, ROOT } from "./_access.ts";
export { TestCluster } from "./cluster.ts";
export type { MemberAddresses } from "./_command.ts";
export { type HttpAnswer, httpAsk, type HttpOptions } from "./_http.ts";
export type { Member } from "./member.ts";
export type {
  EtcdClientOptions,
  RestoreOptions,
  StartEtcdOptions,
} from "./options.ts";
export { startEtcd } from "./start_etcd.ts";
