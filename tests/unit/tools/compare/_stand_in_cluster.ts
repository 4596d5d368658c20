import type { EtcdBinaries, TestCluster } from "../../../harness/mod.ts";

/** A cluster that does nothing, and counts what it is asked for. */
export class StandInCluster {
  readonly binaries: EtcdBinaries = {
    version: "3.5.0",
    etcd: "/bin/etcd",
    etcdctl: undefined,
    etcdutl: undefined,
    source: "a test",
  };
  readonly members: readonly { readonly name: string }[] = [{ name: "m1" }, {
    name: "m2",
  }, { name: "m3" }];
  resets = 0;
  closes = 0;
  resetFailure: Error | undefined;

  reset(): Promise<void> {
    this.resets++;
    return this.resetFailure
      ? Promise.reject(this.resetFailure)
      : Promise.resolve();
  }

  close(): Promise<void> {
    this.closes++;
    return Promise.resolve();
  }

  /** As the code under test takes it. */
  get asCluster(): TestCluster {
    return this as unknown as TestCluster;
  }
}
