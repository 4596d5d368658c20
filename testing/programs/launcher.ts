import { variable } from "../process/mod.ts";
import { fetchFromDebian } from "./_debian.ts";
import { findEtcdIn } from "./_find_etcd.ts";
import { fetchRelease } from "./_release.ts";
import type { EtcdBinaries } from "./etcd_binaries.ts";
import type { FindOptions } from "./find_options.ts";

/**
 * Finds an etcd server of a version, and fetches one if there is none. Asked
 * in this order: the variable `ETCD_BIN`, the directories of `PATH`, our cache
 * (`etcdeno/etcd/` in `$XDG_CACHE_HOME` or `~/.cache`), Debian's packages
 * (unpacked, not installed; no root needed), the release on GitHub.
 *
 * @throws {InvalidOptionError} If the version has another form.
 * @throws {TestingError} If `ETCD_BIN` is not of the version that was asked
 * for, or if there is no server anywhere. The message says what would help.
 */
export function findEtcd(options: FindOptions = {}): Promise<EtcdBinaries> {
  return findEtcdIn({
    variable,
    fetchers: [fetchFromDebian(), fetchRelease()],
  }, options);
}
