import { rm, writeFile } from "node:fs/promises";
import type { ProcessHost } from "../process/mod.ts";
import type { EtcdBinaries } from "../programs/mod.ts";
import type { ClientTls, Credentials } from "./_access.ts";
import { runTool, toolOf } from "./_tools.ts";

/** A snapshot to be saved, and by whom. */
export interface SnapshotOptions {
  readonly endpoint: string;
  readonly binaries: EtcdBinaries;
  /** The folder it goes to. */
  readonly directory: string;
  readonly tls: ClientTls | undefined;
  readonly user: Credentials | undefined;
}

/** Saves a snapshot with `etcdctl`; resolves to its file. */
export async function saveSnapshot(
  processes: ProcessHost,
  { endpoint, binaries, directory, tls, user }: SnapshotOptions,
): Promise<string> {
  const doing = "save a snapshot";
  const tool = toolOf(binaries, { doing, tool: binaries.etcdctl });
  const path = `${directory}/snapshot-${crypto.randomUUID()}.db`;
  const files = await writeTls(`${path}.tls`, tls);
  try {
    await runTool(processes, {
      doing,
      tool,
      args: [
        `--endpoints=${endpoint}`,
        ...files.map(({ flag, file }) => `--${flag}=${file}`),
        ...user === undefined
          ? []
          : [`--user=${user.username}:${user.password}`],
        "snapshot",
        "save",
        path,
      ],
      log: `${path}.log`,
    });
  } finally {
    await Promise.all(files.map(({ file }) => rm(file, { force: true })));
  }
  return path;
}

/** The files of a client's certificates, and their flags. */
async function writeTls(
  stem: string,
  tls: ClientTls | undefined,
): Promise<readonly { readonly flag: string; readonly file: string }[]> {
  if (tls === undefined) return [];
  const texts = { cacert: tls.ca, cert: tls.cert, key: tls.key };
  const files = [];
  for (const [flag, text] of Object.entries(texts)) {
    if (text === undefined) continue;
    const file = `${stem}.${flag}`;
    await writeFile(file, text, { mode: 0o600 });
    files.push({ flag, file });
  }
  return files;
}
