import { exists, waitFor } from "../../../harness/mod.ts";

/** Runs a line of shell and gives what it prints. */
export async function shell(
  script: string,
  ...args: string[]
): Promise<string> {
  const { stdout } = await new Deno.Command("sh", {
    args: ["-c", script, "sh", ...args],
    stdin: "null",
  }).output();
  return new TextDecoder().decode(stdout).trim();
}

/** Processes with `text` among their arguments, this look not included. */
export async function processesNaming(text: string): Promise<string[]> {
  const found = await shell(
    `for file in /proc/[0-9]*/cmdline; do
       pid=\${file#/proc/}
       pid=\${pid%/cmdline}
       [ "$pid" = "$$" ] && continue
       tr '\\0' ' ' 2>/dev/null <"$file" | grep -qF -- "$1" && echo "$pid"
     done`,
    text,
  );
  return found === "" ? [] : found.split("\n");
}

/** Waits until neither a process nor the data of a cluster is there. */
export async function nothingLeft(dataRoot: string): Promise<void> {
  await waitFor(
    `processes of ${dataRoot} to end`,
    async () => (await processesNaming(dataRoot)).length === 0,
  );
  await waitFor(
    `${dataRoot} to go`,
    async () => !await exists(dataRoot),
  );
}
