// The storms of `tests/unit/gateway_storm_test.ts`, by the thousand, and what
// needs a machine's own name server or several processes.
import { assert, assertEquals } from "@std/assert";
import { connectStorm, resetStorm } from "../unit/_gateway_storms.ts";
import { bulkStorm } from "../unit/_gateway_bulk.ts";
import { mayUnshare, nameStorm } from "../unit/_gateway_name_storm.ts";

Deno.test("gateway | 5 000 clients that reset at once", async () => {
  await resetStorm({ rounds: 25, open: 50 });
});

Deno.test("gateway | 2 000 clients that come at once", async () => {
  await connectStorm(2_000);
});

Deno.test("gateway | new connections beside a transfer that takes all", async () => {
  const waitsMs = (await bulkStorm(200)).sort((a, b) => a - b);
  assertEquals(waitsMs.length, 200);
  // Without turns they took 239 to 591 ms, on a quiet machine.
  assert((waitsMs[100] ?? Infinity) < 100, `half took over ${waitsMs[100]} ms`);
});

const unshare = await mayUnshare();

Deno.test({
  name: `gateway | 300 clients while a name is not answered for${
    unshare ? "" : " (unshare is not allowed here)"
  }`,
  ignore: !unshare,
  fn: async () => await nameStorm(300),
});
