// A relisting watch whose cluster does not answer.
import { assert, assertEquals } from "@std/assert";
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
  const watch = new FakeWatches(kv).facet.watch("k", {
    onCompaction: "relist",
    heartbeat: false,
  });
  await waitFor("a third question", () => reads >= 3);
  await watch.close();
  const before = reads;
  assert(before < 10, `${before} questions`);
  // A window in which nothing may happen.
  await new Promise((resolve) => setTimeout(resolve, 500));
  assertEquals(reads, before);
});
