import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { InvalidOptionError } from "../../../../errors/mod.ts";
import { exists, findEtcd, startEtcd } from "../../../harness/mod.ts";
import { firstOutput } from "../../support/_first_output.ts";
import { nothingLeft, processesNaming, shell } from "./_left.ts";

const PROGRAM = new URL(
  "./_orphan_program.ts",
  import.meta.url,
);

/** Starts the program in a process group of its own, up to its cluster. */
async function startProgram(
  ending: "wait" | "throw",
): Promise<{ child: Deno.ChildProcess; dataRoot: string }> {
  const child = new Deno.Command("sh", {
    args: [
      "-c",
      'exec setsid "$0" "$@"',
      Deno.execPath(),
      "run",
      "-A",
      "--no-check",
      PROGRAM.href,
      ending,
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const dataRoot = await firstOutput(child);
  await child.stdout.cancel();
  return { child, dataRoot };
}

const ENDINGS = {
  "is killed": 'kill -s KILL "$1"',
  "gets SIGTERM": 'kill -s TERM "$1"',
  "gets SIGINT": 'kill -s INT "$1"',
  "gets SIGINT with all its processes": 'kill -s INT -- "-$1"',
};

for (const [ending, command] of Object.entries(ENDINGS)) {
  Deno.test(`no process and no data outlive a program that ${ending}`, async () => {
    const { child, dataRoot } = await startProgram("wait");
    assert(dataRoot.startsWith("/"), dataRoot);
    assert(await exists(`${dataRoot}/m1`));
    assert((await processesNaming(dataRoot)).length > 0);
    await shell(command, String(child.pid));
    await child.status;
    await nothingLeft(dataRoot);
  });
}

Deno.test("no process and no data outlive a program that fails", async () => {
  const { child, dataRoot } = await startProgram("throw");
  const { code } = await child.status;
  assertEquals(code, 1);
  await nothingLeft(dataRoot);
});

Deno.test("close() leaves neither process nor data, and may be repeated", async () => {
  const cluster = await startEtcd({ members: 1 });
  const { dataRoot } = cluster;
  assert((await processesNaming(dataRoot)).length > 0);
  await Promise.all([cluster.close(), cluster.close()]);
  await cluster.close();
  assertEquals(await processesNaming(dataRoot), []);
  assert(!(await exists(dataRoot)));
});

Deno.test("startEtcd() tells its steps and honours further arguments", async () => {
  const lines: string[] = [];
  await using cluster = await startEtcd({
    members: 1,
    extraArgs: ["--max-txn-ops=7"],
    onProgress: (line) => lines.push(line),
  });
  assertStringIncludes(
    lines.join("\n"),
    `Starting 1 member of etcd ${cluster.binaries.version}`,
  );
  const commandLine = await shell(
    `for pid in ${(await processesNaming(cluster.dataRoot)).join(" ")}; do
       tr '\\0' ' ' <"/proc/$pid/cmdline"
     done`,
  );
  assertStringIncludes(commandLine, "--max-txn-ops=7");
});

Deno.test("startEtcd() shows the end of the log of a member that cannot start", async () => {
  const error = await assertRejects(
    () => startEtcd({ members: 1, extraArgs: ["--no-such-flag"] }),
    Error,
    "Cannot start m1: etcd exited, its log is",
  );
  assertStringIncludes((error as Error).message, "no-such-flag");
});

Deno.test("startEtcd() refuses a number of members that makes no cluster", async () => {
  const binaries = await findEtcd();
  for (const members of [0, 10, 1.5, NaN]) {
    await assertRejects(
      () => startEtcd({ members, binaries }),
      InvalidOptionError,
      `'members' must be 1 to 9: current value is ${members}`,
    );
  }
});
