/**
 * The command `etcd gateway`: flags, log, signals.
 *
 * @module
 */
export { type ClusterAccess, type OpenAccess, runCommand } from "./_command.ts";
export type { Settings } from "./_settings.ts";
