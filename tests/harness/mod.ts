/**
 * What tests, `compare` and the benchmarks run against: etcd servers found or
 * fetched, clusters of them behind fault proxies, and servers that do as told.
 *
 * @module
 */
export { Cluster } from "./cluster.ts";
export type {
  ClusterOptions,
  ClusterRestoreOptions,
} from "./cluster_options.ts";
export { etcdctl, type EtcdctlOptions } from "./etcdctl.ts";
export { compareVersions } from "./_etcd_version.ts";
export { NotEtcdServer, SilentServer } from "./dead_servers.ts";
export { findKine, type Kine, whyNoKine } from "./kine.ts";
export {
  type FakeAnswer,
  type FakeCall,
  type FakeHandler,
  FakeStatus,
  type FakeStream,
  type FakeStreamHandler,
} from "./fake_answer.ts";
export { exists } from "./exists.ts";
export { FakeServer, type FakeServerOptions } from "./fake_server.ts";
export type { FaultMode, ProxyStats } from "./fault_mode.ts";
export {
  type FaultProxy,
  type LoneFaultProxy,
  startFaultProxy,
} from "./fault_proxy.ts";
export type { EtcdBinaries } from "./etcd_binaries.ts";
export type { FindOptions } from "./find_options.ts";
export { findEtcd } from "./launcher.ts";
export type { Member } from "./member.ts";
export { rawCall, type RawCallOptions } from "./raw_call.ts";
export { sleep, waitFor, type WaitOptions } from "./wait_for.ts";
export {
  findFrontServer,
  type FrontServer,
  type FrontServerName,
} from "./front_servers.ts";
