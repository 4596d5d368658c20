/**
 * Real etcd for tests: clusters on this machine, with faults on demand.
 *
 * ```ts ignore
 * import { Client } from "@etcdeno/client";
 * import { startEtcd } from "@etcdeno/client/testing";
 *
 * Deno.test("a job is claimed while a member is silent", async () => {
 *   await using etcd = await startEtcd({ version: "3.5", members: 3 });
 *   await using client = new Client(etcd.clientOptions);
 *   await etcd.link(0).set("blackhole");
 *   await claim(client, "jobs/1");
 * });
 * ```
 *
 * etcd is found or fetched, see {@linkcode findEtcd}. It works in `deno test`,
 * in `node:test`, in Vitest and with Bun; it asks for `sh`, so not on Windows.
 *
 * {@linkcode diagnose} looks at a cluster, of tests or not, and says what is
 * wrong with it.
 *
 * @module
 */
export {
  type EtcdClientOptions,
  type Member,
  type MemberAddresses,
  type RestoreOptions,
  startEtcd,
  type StartEtcdOptions,
  TestCluster,
} from "./cluster/mod.ts";
export {
  type CertificateReport,
  diagnose,
  type DiagnoseOptions,
  type Diagnosis,
  type EndpointReport,
  type Finding,
  type FindingCode,
  type MemberReport,
  type Severity,
  type StrategyReport,
} from "./doctor/mod.ts";
export {
  TestingError,
  type TestingErrorInit,
  type TestingFailure,
} from "./errors/mod.ts";
export {
  type EtcdBinaries,
  type FetchOptions,
  findEtcd,
  type FindOptions,
} from "./programs/mod.ts";
export type {
  FaultMode,
  FaultName,
  FaultProxy,
  ProxyStats,
} from "./proxy/mod.ts";
