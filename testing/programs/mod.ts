/**
 * Finding etcd's programs, and fetching them.
 *
 * @module
 */
export { compareVersions, series } from "./_etcd_version.ts";
export type { EtcdBinaries } from "./etcd_binaries.ts";
export type { FetchOptions, FindOptions } from "./find_options.ts";
export { findEtcd } from "./launcher.ts";
