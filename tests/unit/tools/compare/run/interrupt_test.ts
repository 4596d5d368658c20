import { assert, assertEquals, assertMatch } from "@std/assert";
import { onInterrupt } from "../../../../../tools/compare/run/_interrupt.ts";
import { waitFor } from "../../../../harness/mod.ts";

const COMPARE = new URL(
  "../../../../../tools/compare/main.ts",
  import.meta.url,
);

async function send(signal: string, pid: number): Promise<void> {
  const { success } = await new Deno.Command("sh", {
    args: ["-c", 'kill -s "$0" "$1"', signal, String(pid)],
  }).output();
  assert(success);
}

/** Reads on until the text is there; gives all of it. */
async function readUntil(
  stream: ReadableStreamDefaultReader<string>,
  text: string,
): Promise<string> {
  let all = "";
  while (!all.includes(text)) {
    const { done, value } = await stream.read();
    assert(!done, `It ended without '${text}': ${all}`);
    all += value;
  }
  return all;
}

for (const [signal, exitCode] of [["HUP", 129], ["TERM", 143]] as const) {
  Deno.test(`onInterrupt() aborts at SIG${signal}, for exit code ${exitCode}`, async () => {
    using interrupt = onInterrupt();
    assertEquals(interrupt.exitCode, undefined);
    await send(signal, Deno.pid);
    // Its timers keep the event loop alive, which signals alone do not.
    await waitFor("the signal", () => interrupt.signal.aborted);
    assertEquals(interrupt.exitCode, exitCode);
  });
}

Deno.test("compare shows what it has at SIGINT, and ends with 130", async () => {
  const child = new Deno.Command("deno", {
    args: [
      "run",
      "-A",
      "--no-check",
      COMPARE.href,
      "--strategies=grpc1.0",
      "--scenarios=93,1",
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stdout = new Response(child.stdout).text();
  const stderr = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
  await readUntil(stderr, "[1/2] grpc1.0 | #93");
  await send("INT", child.pid);
  await readUntil(stderr, "Stopping");
  assertEquals((await child.status).code, 130);
  assertMatch(
    await stdout,
    /\n2 cells: 1 as expected, 0 not as expected, 1 not run: interrupted\n$/,
  );
  await stderr.cancel();
});
