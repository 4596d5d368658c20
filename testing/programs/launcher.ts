import { FUNCTION, SIGNAL, Signature } from "../../api/checks/mod.ts";
import { refusal } from "../errors/mod.ts";
import { variable } from "../process/mod.ts";
import { fetchFromDebian } from "./_debian.ts";
import { findEtcdIn } from "./_find_etcd.ts";
import { fetchRelease } from "./_release.ts";
import type { EtcdBinaries } from "./etcd_binaries.ts";
import type { FindOptions } from "./find_options.ts";

const SIGNATURE = new Signature("findEtcd", {
  version: {
    expected: 'a string such as "3.5"',
    holds: (value) => typeof value === "string",
  },
  onProgress: FUNCTION,
  signal: SIGNAL,
});

/**
 * Finds an etcd server of a version, and fetches one if there is none. Asked
 * in this order: the variable `ETCD_BIN`, the directories of `PATH`, our cache
 * (`etcdeno/etcd/` in `$XDG_CACHE_HOME` or `~/.cache`), Debian's packages
 * (unpacked, not installed; no root needed), the release on GitHub.
 *
 * @throws {InvalidOptionError} If an option is not acceptable.
 * @throws {TestingError} If `ETCD_BIN` is not of the version that was asked
 * for, or if there is no server anywhere. The message says what would help.
 */
export async function findEtcd(
  options: FindOptions = {},
): Promise<EtcdBinaries> {
  const checked = SIGNATURE.copy(options);
  try {
    const fetchers = [fetchFromDebian(), fetchRelease()];
    return await findEtcdIn({ variable, fetchers }, checked);
  } catch (error) {
    throw refusal("find etcd", error);
  }
}
