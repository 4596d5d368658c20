// The programs of docs/recipes/mirror.md and docs/recipes/monotonic.md, word for
// word. Under faults they run in tests/matrix/.
import { assertEquals } from "@std/assert";
import { prefix } from "../../../mod.ts";
import { cluster, startThreeMembers } from "../_three_members.ts";
import { MIRROR, MOVE } from "./_mirror_page.ts";
import { MONOTONIC } from "./_monotonic_page.ts";
import { stageFor } from "./_programs.ts";

startThreeMembers();

Deno.test("monotonic.md | reads, and what another program has seen", async () => {
  await cluster.reset();
  await using stack = new AsyncDisposableStack();
  const program = await stageFor(stack, MONOTONIC).start();
  await program.printed("hello");
  await program.printed("apples");
  await program.ended();
});

Deno.test("mirror.md | a copy, and a move", async () => {
  await cluster.reset();
  await using stack = new AsyncDisposableStack();
  const { observer } = stageFor(stack, MIRROR);
  for (let at = 0; at < 5; at++) await observer.put(`config/${at}`, `${at}`);
  const both = {
    imports: MIRROR.imports,
    body: `const everything = client;
      ${MOVE.body}
      ${MIRROR.body}`,
  };
  const program = await stageFor(stack, both).start();
  await program.printed("copied 6");
  await program.printed(/^at \d+, 6 keys, 0 behind$/);
  await observer.delete("config/3");
  await program.printed(/^at \d+, 7 keys, 0 behind$/);
  const copies = await observer.range(prefix("backup/copy/config/"));
  assertEquals(copies.kvs.map(({ value }) => value.text()), [
    "0",
    "1",
    "2",
    "4",
    "now",
  ]);
});
