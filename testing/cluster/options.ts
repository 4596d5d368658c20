import type { MemberAddresses } from "./_command.ts";
import type { EtcdBinaries } from "../programs/etcd_binaries.ts";

/** Options of `Cluster.start()`. */
export interface ClusterOptions {
  /** How many members. @default {3} */
  readonly members?: number;
  /** The server to run; found by `findEtcd()` if not given. */
  readonly binaries?: EtcdBinaries;
  /** Version to look for when no binaries are given. */
  readonly version?: string;
  /** The file of a snapshot the members begin with. */
  readonly snapshot?: string;
  /** Further arguments for every member, or those of each. */
  readonly extraArgs?:
    | readonly string[]
    | ((member: MemberAddresses) => readonly string[]);
  /** Called with a line of text for each step. */
  readonly onProgress?: (line: string) => void;
}

/** What `Cluster.restore()` puts in the place of the data. */
export interface ClusterRestoreOptions {
  /** The file of a snapshot; without one, nothing is left. */
  readonly snapshot?: string;
  /** Further flags of the restore, such as `--mark-compacted`. */
  readonly flags?: readonly string[];
}
