import { readFile, stat } from "node:fs/promises";
import { InvalidOptionError } from "../../errors/mod.ts";
import { TestingError } from "../errors/mod.ts";
import type { ProcessHost } from "../process/mod.ts";
import type { EtcdBinaries } from "../programs/mod.ts";

/** A snapshot to be restored, and by what. */
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
 * Looks whether there is a snapshot at all, before anything is given up for it.
 *
 * @throws {InvalidOptionError} If there is none.
 */
export async function checkSnapshot(
  method: string,
  snapshot: string | undefined,
): Promise<void> {
  if (snapshot === undefined) return;
  try {
    await stat(snapshot);
  } catch {
    throw new InvalidOptionError("snapshot", snapshot, {
      method,
      expected: "a file that is there",
    });
  }
}

/**
 * Makes the data directory of a member, that is going to be started by
 * `command`, from a snapshot, with etcd's own tool.
 *
 * @throws {TestingError} If there is no such tool, or it refuses; with what it
 * says.
 */
export async function restoreMember(
  command: readonly string[],
  processes: ProcessHost,
  { binaries, snapshot, log, flags = [] }: RestoreOptions,
): Promise<void> {
  const doing = `restore ${snapshot}`;
  const tool = binaries.etcdutl ?? binaries.etcdctl;
  await runTool(processes, {
    doing,
    tool: toolOf(binaries, { doing, tool }),
    args: [
      "snapshot",
      "restore",
      snapshot,
      ...command.filter((flag) => FLAGS.test(flag)),
      ...flags,
    ],
    log,
  });
}

/**
 * One of etcd's tools, if it came with them.
 *
 * @throws {TestingError} If it did not.
 */
export function toolOf(
  { version }: EtcdBinaries,
  { doing, tool }: {
    readonly doing: string;
    readonly tool?: string | undefined;
  },
): string {
  if (tool !== undefined) return tool;
  throw new TestingError(
    `Cannot ${doing}: etcd ${version} came without its tools`,
    {
      reason: "tools",
      help: [
        "put etcdctl and etcdutl of the same series beside the server or on PATH",
        "leave ETCD_BIN out, so that all are fetched together",
      ],
    },
  );
}

/** A run of one of etcd's tools. */
export interface ToolRun {
  /** Completes "Cannot …". */
  readonly doing: string;
  readonly tool: string;
  readonly args: readonly string[];
  /** File that takes what the tool prints. */
  readonly log: string;
}

/**
 * Runs a tool among the processes of a cluster, so that it ends with them.
 *
 * @throws {TestingError} If it ends badly; with what it says.
 */
export async function runTool(
  processes: ProcessHost,
  { doing, tool, args, log }: ToolRun,
): Promise<void> {
  // Not that of an earlier run.
  const done = `${log}.${crypto.randomUUID()}.done`;
  const process = await processes.start([
    "sh",
    "-c",
    // The exit code is not told otherwise.
    'done=$1; shift; "$@" && echo done >"$done"',
    "sh",
    done,
    tool,
    ...args,
  ], log);
  await process.exited;
  try {
    await readFile(done);
  } catch (cause) {
    throw new TestingError(
      `Cannot ${doing}: ${await readFile(log, "utf8")}`,
      { reason: "tools", cause },
    );
  }
}
