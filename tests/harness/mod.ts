/**
 * What tests, `compare` and the benchmarks run against: the clusters and fault
 * proxies of `@etcdeno/client/testing`, and servers that do as told.
 *
 * @module
 */
export {
  type EtcdBinaries,
  type FaultMode,
  type FaultProxy,
  findEtcd,
  type FindOptions,
  type Member,
  type ProxyStats,
  type RestoreOptions,
  startEtcd,
  type StartEtcdOptions,
  type TestCluster,
} from "../../testing/mod.ts";
export { compareVersions } from "../../testing/programs/mod.ts";
export {
  type LoneFaultProxy,
  startFaultProxy,
} from "../../testing/proxy/mod.ts";
export { sleep, waitFor, type WaitOptions } from "../../testing/wait/mod.ts";
export { etcdctl, type EtcdctlOptions } from "./cluster/etcdctl.ts";
export { metricOf } from "./cluster/metrics.ts";
export { rawCall, type RawCallOptions } from "./cluster/raw_call.ts";
export { exists } from "./exists.ts";
export {
  type FakeAnswer,
  type FakeCall,
  type FakeHandler,
  FakeStatus,
  type FakeStream,
  type FakeStreamHandler,
} from "./fake/answer.ts";
export { NotEtcdServer, SilentServer } from "./fake/dead_servers.ts";
export { FakeServer, type FakeServerOptions } from "./fake/server.ts";
export {
  findFrontServer,
  type FrontServer,
  type FrontServerName,
} from "./programs/front_servers.ts";
export { findKine, type Kine, whyNoKine } from "./programs/kine.ts";
