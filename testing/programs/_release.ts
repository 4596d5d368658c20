import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import process from "node:process";
import { run } from "../process/mod.ts";
import type { Fetcher } from "./_fetcher.ts";
import { isFile } from "./_is_file.ts";
import type { FetchOptions } from "./find_options.ts";

/** A release of each series; a full version is taken as it is. */
const RELEASES: Readonly<Record<string, string>> = {
  "3.4": "3.4.37",
  "3.5": "3.5.21",
  "3.6": "3.6.5",
  "3.7": "3.7.1",
};

const PROGRAMS = ["etcd", "etcdctl", "etcdutl"];
const FIRST_ANSWER_TIMEOUT_MS = 15_000;

/** The project's releases on GitHub, checked against their `SHA256SUMS`. */
export function fetchRelease(
  base = "https://github.com/etcd-io/etcd/releases/download",
): Fetcher {
  return {
    name: "Release",
    fetch: (wanted, directory, { signal, onProgress }) =>
      fetchFrom(base, { wanted, directory, options: { signal, onProgress } }),
  };
}

interface Task {
  readonly wanted: string;
  readonly directory: string;
  readonly options: FetchOptions;
}

async function fetchFrom(base: string, task: Task): Promise<string> {
  const { wanted, directory, options } = task;
  const version = RELEASES[wanted] ?? wanted;
  if (version.split(".").length !== 3) {
    throw new Error(`no release of ${wanted} is known here, name one in full`);
  }
  const name = archiveName(version);
  options.onProgress?.(`Fetching ${name} from ${base}`);
  // Only the first answer has a limit: a slow line may take its time after.
  const sums = await download(`${base}/v${version}/SHA256SUMS`, {
    ...options,
    signal: AbortSignal.any([
      ...(options.signal === undefined ? [] : [options.signal]),
      AbortSignal.timeout(FIRST_ANSWER_TIMEOUT_MS),
    ]),
  });
  const expected = sumOf(new TextDecoder().decode(sums), name);
  const archive = await download(`${base}/v${version}/${name}`, options);
  const actual = await sha256(archive);
  if (actual !== expected) {
    throw new Error(`${name} has the sum ${actual}, not ${expected}`);
  }
  const work = `${directory}/release`;
  await mkdir(work);
  await writeFile(`${work}/${name}`, archive);
  await run("tar", ["-xf", name], { cwd: work, signal: options.signal });
  const unpacked = `${work}/${name.replace(/\.(tar\.gz|zip)$/, "")}`;
  for (const program of PROGRAMS) {
    const path = `${unpacked}/${program}`;
    if (await isFile(path)) await rename(path, `${directory}/${program}`);
  }
  await rm(work, { recursive: true });
  return `release v${version}`;
}

function archiveName(version: string): string {
  const { platform, arch } = process;
  const machine = arch === "x64" ? "amd64" : "arm64";
  // The tar of macOS reads zip files, too.
  const form = platform === "linux" ? "tar.gz" : "zip";
  return `etcd-v${version}-${platform}-${machine}.${form}`;
}

function sumOf(sums: string, name: string): string {
  for (const line of sums.split("\n")) {
    const [sum, file] = line.trim().split(/\s+\*?/);
    if (file === name && sum !== undefined) return sum.toLowerCase();
  }
  throw new Error(`SHA256SUMS does not name ${name}`);
}

async function download(
  url: string,
  options: FetchOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const answer = await fetch(url, { signal: options.signal ?? null });
  if (!answer.ok || answer.body === null) {
    await answer.body?.cancel();
    throw new Error(`${url} answers ${answer.status}`);
  }
  const size = Number(answer.headers.get("content-length") ?? 0);
  const chunks: Uint8Array[] = [];
  let done = 0;
  let told = 0;
  for await (const chunk of answer.body) {
    chunks.push(chunk);
    done += chunk.length;
    const quarter = size > 1 << 20 ? Math.floor(4 * done / size) : 0;
    if (quarter > told) {
      told = quarter;
      options.onProgress?.(`${25 * quarter} % of ${size >> 20} MiB`);
    }
  }
  return new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer());
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
