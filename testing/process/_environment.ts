import process from "node:process";

/** All that a program is told of this one's environment. */
const NAMES = [
  "PATH",
  "HOME",
  "TMPDIR",
  // For apt-get.
  "http_proxy",
  "https_proxy",
  "no_proxy",
];

/** A variable; an empty one counts as none. */
export function variable(name: string): string | undefined {
  return process.env[name] || undefined;
}

/**
 * The variables that programs get, by name: etcd would take any `ETCD_*` for
 * its settings, and Deno wants a permission for each.
 */
export function childEnvironment(): Record<string, string> {
  return Object.fromEntries(
    NAMES.flatMap((name) => {
      const value = variable(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** The folder for folders that last a while. */
export function temporaryFolder(): string {
  return variable("TMPDIR") ?? "/tmp";
}
