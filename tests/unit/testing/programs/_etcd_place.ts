/** A place where etcd is looked for, and stand-ins that are found there. */
import type { Fetcher } from "../../../../testing/programs/_fetcher.ts";

/** A place with directories, variables and fetchers of its own. */
export class Place implements AsyncDisposable {
  readonly path: string;
  readonly variables: Record<string, string> = {};
  readonly fetchers: Fetcher[] = [];

  constructor(path: string) {
    this.path = path;
    this.variables.HOME = `${path}/home`;
  }

  static async make(): Promise<Place> {
    const path = await Deno.makeTempDir({ prefix: "etcdeno-launcher-" });
    return new Place(await Deno.realPath(path));
  }

  get cache(): string {
    return `${this.path}/home/.cache/etcdeno/etcd`;
  }

  variable(name: string): string | undefined {
    return this.variables[name];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

/** Writes a program that prints a line; resolves to its path. */
export async function writeProgram(
  path: string,
  prints: string,
): Promise<string> {
  await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  await Deno.writeTextFile(path, `#!/bin/sh\necho "${prints}"\n`);
  await Deno.chmod(path, 0o755);
  return path;
}

/** Writes programs that name a version and can do no more. */
export async function writeEtcd(
  directory: string,
  version: string,
): Promise<void> {
  await writeProgram(`${directory}/etcd`, `etcd Version: ${version}`);
  for (const tool of ["etcdctl", "etcdutl"]) {
    await writeProgram(`${directory}/${tool}`, `${tool} version: ${version}`);
  }
}

/** A fetcher that has one version, and counts how often it is asked. */
export function fakeFetcher(version: string): Fetcher & { asked: number } {
  return {
    name: "Fake",
    asked: 0,
    async fetch(_wanted, directory) {
      this.asked++;
      await writeEtcd(directory, version);
      return "a fake place";
    },
  };
}

/** A fetcher that reaches nothing. */
export const failingFetcher: Fetcher = {
  name: "Nowhere",
  fetch: () => Promise.reject(new Error("no network", { cause: "no cable" })),
};
