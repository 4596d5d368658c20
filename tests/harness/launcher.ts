import { fetchFromDebian } from "./_debian.ts";
import { type FetchOptions, findEtcdIn } from "./_find_etcd.ts";
import { fetchRelease } from "./_release.ts";

/** The programs of one etcd version, as absolute paths. */
export interface EtcdBinaries {
  /** Full version of the server, such as `3.5.16`. */
  readonly version: string;
  readonly etcd: string;
  /** The `etcdctl` of the same series, where there is one. */
  readonly etcdctl: string | undefined;
  /** The `etcdutl` of the same series; etcd has it since 3.5. */
  readonly etcdutl: string | undefined;
  /** Where the server was found, in words. */
  readonly source: string;
}

/** Options of {@linkcode findEtcd}. */
export interface FindOptions extends FetchOptions {
  /**
   * A series as `3.5`, or a version as `3.6.1`.
   *
   * @default {The variable ETCD_VERSION, else "3.5"}
   */
  readonly version?: string;
}

/**
 * Finds an etcd server of a version, and fetches one if there is none. Asked
 * in this order: the variable `ETCD_BIN`, the directories of `PATH`, our cache
 * (`etcdeno/etcd/` in `$XDG_CACHE_HOME` or `~/.cache`), Debian's packages
 * (unpacked, not installed; no root needed), the release on GitHub.
 *
 * @throws {RangeError} If the version has another form.
 * @throws {Error} If `ETCD_BIN` is not of the version that was asked for, or
 * if there is no server anywhere. The message says what would help.
 */
export function findEtcd(options: FindOptions = {}): Promise<EtcdBinaries> {
  return findEtcdIn({
    variable: (name) => Deno.env.get(name) || undefined,
    fetchers: [fetchFromDebian(), fetchRelease()],
  }, options);
}
