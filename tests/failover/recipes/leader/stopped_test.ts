// A leader whose process stands still for longer than its lease.
import { assert, assertEquals } from "@std/assert";
import { op } from "../../../../mod.ts";
import { lead } from "../../../../recipes/mod.ts";
import { cluster, other, startRestorable } from "../../_restored.ts";
import { RunningProgram } from "../_running.ts";

startRestorable();

const NAME = "stopped";

/** Leads, and writes with its guard for as long as that goes, and once more. */
const PROGRAM = `
  import { Client, op } from "@etcdeno/client";
  import { lead } from "@etcdeno/client/recipes";
  await using client = new Client({ endpoints: Deno.env.get("ENDPOINT") });
  let runs = 0;
  await lead(client, "${NAME}", "child", async ({ guard, revision, signal }) => {
    const run = ++runs;
    console.log("leads", revision);
    let writes = 0;
    for (;;) {
      const { succeeded } = await client.txn({
        if: [guard],
        then: [op.put("written by", "child " + revision)],
      });
      if (!succeeded) break;
      if (++writes === 1) console.log("wrote");
      if (run === 2) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    console.log("refused", run);
    if (!signal.aborted) {
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
    }
    console.log("aborted", run);
  }, { ttlSeconds: 2 });
  console.log("ended");
`;

Deno.test("lead() in a stopped process is followed by another, and refused when it wakes", async () => {
  await using client = other();
  await using program = await RunningProgram.start(PROGRAM, {
    check: false,
    env: { ENDPOINT: cluster.endpoints[0] ?? "" },
  });
  const first = await program.printed(/^leads /);
  await program.printed("wrote");
  program.signal("SIGSTOP");
  const kept = await lead(client, NAME, "test", async ({ guard, revision }) => {
    assert(revision > BigInt(first.slice("leads ".length, -1)));
    const writing = await client.txn({
      if: [guard],
      then: [op.put("written by", "test")],
    });
    assert(writing.succeeded);
    program.signal("SIGCONT");
    await program.printed("refused 1");
    await program.printed("aborted 1");
    return (await client.get("written by"))?.value.text();
  }, { ttlSeconds: 60 });
  // Not once has the one that was stopped written after the other began.
  assertEquals(kept, "test");
  const again = await program.printed(/^leads /);
  assert(again !== first);
  await program.printed("ended");
  await program.ended();
});
