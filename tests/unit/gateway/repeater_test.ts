import { assertEquals } from "@std/assert";
import { Repeater } from "../../../gateway/_repeater.ts";
import { FakeClock } from "../support/_fake_clock.ts";

Deno.test("Repeater waits from the end of one run to the start of the next", async () => {
  const clock = new FakeClock();
  const runs: PromiseWithResolvers<void>[] = [];
  const repeater = new Repeater({
    clock,
    intervalMs: 100,
    firstMs: 10,
    task() {
      const run = Promise.withResolvers<void>();
      runs.push(run);
      return run.promise;
    },
  });
  const end = async () => {
    runs.at(-1)?.resolve();
    await runs.at(-1)?.promise;
    await Promise.resolve();
  };
  clock.advance(9);
  assertEquals(runs.length, 0);
  clock.advance(1);
  assertEquals(runs.length, 1);
  clock.advance(1_000);
  assertEquals([runs.length, clock.pending], [1, 0]);
  await end();
  clock.advance(99);
  assertEquals(runs.length, 1);
  clock.advance(1);
  assertEquals(runs.length, 2);
  repeater.close();
  await end();
  assertEquals([clock.pending, repeater.closed], [0, true]);
});

Deno.test("Repeater closed before its first run never runs", () => {
  const clock = new FakeClock();
  const repeater = new Repeater({
    clock,
    intervalMs: 100,
    task: () => Promise.reject(new Error("it ran")),
  });
  repeater.close();
  assertEquals(clock.pending, 0);
});
