import { InvalidOptionError } from "../../errors/mod.ts";
import { run } from "../process/mod.ts";

/**
 * Checks that a wanted version has the form `3.5` or `3.5.16`.
 *
 * @throws {InvalidOptionError} If it has not.
 */
export function checkWanted(wanted: string): void {
  if (!/^\d+\.\d+(\.\d+)?$/.test(wanted)) {
    throw new InvalidOptionError("version", wanted, {
      action: "find an etcd",
      expected: 'like "3.5" or "3.5.16"',
    });
  }
}

/** Whether `version` is the wanted one, or of the wanted series. */
export function fits(version: string, wanted: string): boolean {
  return version === wanted || version.startsWith(`${wanted}.`);
}

/** The series of a version: `3.5` of `3.5.16`. */
export function series(version: string): string {
  return version.split(".").slice(0, 2).join(".");
}

/** Orders versions, oldest first. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => text.split(".").map(Number));
  for (let i = 0; i < 3; i++) {
    const difference = (left?.[i] ?? 0) - (right?.[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/**
 * The version a server binary names.
 *
 * @throws {Error} If it cannot be run, or is no etcd.
 */
export async function serverVersion(path: string): Promise<string> {
  const text = await run(path, ["--version"]);
  const version = /^etcd Version: (\d+\.\d+\.\d+)/m.exec(text)?.[1];
  if (version === undefined) {
    throw new Error(`Cannot tell the version of ${path}: it is no etcd server`);
  }
  return version;
}

/** The version `etcdctl` or `etcdutl` names. */
export async function toolVersion(path: string): Promise<string | undefined> {
  const text = await run(path, ["version"]);
  return /^etcd(?:ctl|utl) version: (\d+\.\d+\.\d+)/m.exec(text)?.[1];
}
