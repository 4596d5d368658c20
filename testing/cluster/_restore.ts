import type { EtcdBinaries } from "../programs/etcd_binaries.ts";
import type { ProcessHost } from "../process/_host.ts";

/** What is restored, and by what. */
export interface RestoreOptions {
  readonly binaries: EtcdBinaries;
  /** The file of the snapshot. */
  readonly snapshot: string;
  /** File that takes what the tool prints. */
  readonly log: string;
  /** Further flags of the restore, such as `--mark-compacted`. */
  readonly flags?: readonly string[] | undefined;
}

// What a restored member must be told, in the restore as in its start.
const FLAGS =
  /^--(name|data-dir|initial-cluster|initial-cluster-token|initial-advertise-peer-urls)=/;

/**
 * Makes the data directory of a member, that is going to be started by
 * `command`, from a snapshot, with etcd's own tool.
 *
 * @throws {Error} If there is no such tool, or it refuses; with what it says.
 */
export async function restoreMember(
  command: readonly string[],
  processes: ProcessHost,
  { binaries, snapshot, log, flags = [] }: RestoreOptions,
): Promise<void> {
  const tool = binaries.etcdutl ?? binaries.etcdctl;
  if (tool === undefined) {
    throw new Error(
      `Cannot restore a snapshot: etcd ${binaries.version} came without its tools`,
    );
  }
  // Not that of an earlier restore.
  const done = `${log}.${crypto.randomUUID()}.done`;
  const process = await processes.start([
    "sh",
    "-c",
    // The exit code is not told otherwise.
    'done=$1; shift; "$@" && : >"$done"',
    "sh",
    done,
    tool,
    "snapshot",
    "restore",
    snapshot,
    ...command.filter((flag) => FLAGS.test(flag)),
    ...flags,
  ], log);
  await process.exited;
  try {
    await Deno.stat(done);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error(
      `Cannot restore ${snapshot}: ${await Deno.readTextFile(log)}`,
    );
  }
}
