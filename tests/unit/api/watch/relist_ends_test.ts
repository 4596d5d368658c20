// A relisting watch whose cluster does not answer.
import { assertEquals } from "@std/assert";
import type { Kv } from "../../../../api/kv/kv.ts";
import { createError } from "../../../../errors/specific_errors.ts";
import { waitFor } from "../../../harness/mod.ts";
import { FakeWatches } from "./_fake_watch.ts";

Deno.test("A relist asks now and then while nobody answers, and not once its watch is closed", async () => {
  let reads = 0;
  const kv = {
    async range() {
      reads++;
      await new Promise((resolve) => setTimeout(resolve));
      throw createError("Cannot range: nobody there", {
        code: "unavailable",
        retryable: true,
      });
    },
  } as unknown as Kv;
  const fake = new FakeWatches(kv);
  const { clock } = fake;
  const watch = fake.facet.watch("k", {
    onCompaction: "relist",
    heartbeat: false,
  });
  // The first two at once: the strategy may have another member.
  for (const questions of [2, 3, 4]) {
    await waitFor("a pause", () => clock.pending === 1);
    assertEquals(reads, questions);
    clock.advance(199);
    assertEquals(clock.pending, 1);
    clock.advance(1);
  }
  await waitFor("the last pause", () => clock.pending === 1);
  await watch.close();
  assertEquals([reads, clock.pending], [5, 0]);
});
