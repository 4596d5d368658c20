/**
 * What tests, `compare` and the benchmarks run against: etcd servers found or
 * fetched, clusters of them behind fault proxies, and servers that do as told.
 *
 * @module
 */
export { Cluster } from "./cluster/cluster.ts";
export type {
  ClusterOptions,
  ClusterRestoreOptions,
} from "./cluster/options.ts";
export { etcdctl, type EtcdctlOptions } from "./cluster/etcdctl.ts";
export { compareVersions } from "./programs/_etcd_version.ts";
export { NotEtcdServer, SilentServer } from "./fake/dead_servers.ts";
export { findKine, type Kine, whyNoKine } from "./programs/kine.ts";
export {
  type FakeAnswer,
  type FakeCall,
  type FakeHandler,
  FakeStatus,
  type FakeStream,
  type FakeStreamHandler,
} from "./fake/answer.ts";
export { exists } from "./exists.ts";
export { FakeServer, type FakeServerOptions } from "./fake/server.ts";
export type { FaultMode, ProxyStats } from "./proxy/fault_mode.ts";
export {
  type FaultProxy,
  type LoneFaultProxy,
  startFaultProxy,
} from "./proxy/fault_proxy.ts";
export type { EtcdBinaries } from "./programs/etcd_binaries.ts";
export type { FindOptions } from "./programs/find_options.ts";
export { findEtcd } from "./programs/launcher.ts";
export type { Member } from "./cluster/member.ts";
export { rawCall, type RawCallOptions } from "./cluster/raw_call.ts";
export { sleep, waitFor, type WaitOptions } from "./wait_for.ts";
export {
  findFrontServer,
  type FrontServer,
  type FrontServerName,
} from "./programs/front_servers.ts";
