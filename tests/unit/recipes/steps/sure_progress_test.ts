// A watch of a server before 3.4.25 or 3.5.8, which answers ahead of events.
import { assertEquals } from "@std/assert";
import type { ResponseHeader, Watch, WatchState } from "../../../../mod.ts";
import { SureProgress } from "../../../../recipes/steps/mod.ts";
import { FakeClock } from "../../support/_fake_clock.ts";

const LIVE: WatchState = { kind: "live", endpoint: "http://a:1" };

/** A watch whose answers are given by hand. */
function newWatch() {
  const asked: PromiseWithResolvers<bigint>[] = [];
  const watch = {
    ready: Promise.resolve({ revision: 1n } as ResponseHeader),
    requestProgress() {
      const question = Promise.withResolvers<bigint>();
      asked.push(question);
      return question.promise;
    },
  } as unknown as Watch;
  return { watch, asked };
}

/** Lets everything that is due have its turn. */
async function turn(clock: FakeClock, ms = 0): Promise<void> {
  for (let at = 0; at < 10; at++) await Promise.resolve();
  clock.advance(ms);
  for (let at = 0; at < 10; at++) await Promise.resolve();
}

Deno.test("SureProgress.ask() believes an answer when there is another one", async () => {
  const clock = new FakeClock();
  const { watch, asked } = newWatch();
  const progress = new SureProgress(clock);
  const { signal } = new AbortController();
  let known: bigint | undefined;
  const first = progress.ask(watch, signal).then((one) => known = one);
  const second = progress.ask(watch, signal);
  await turn(clock);
  assertEquals(asked.length, 1);
  asked[0]?.resolve(7n);
  await turn(clock);
  assertEquals([asked.length, known], [2, undefined]);
  // What was on its way has come before this one.
  asked[1]?.resolve(9n);
  await turn(clock, 1);
  assertEquals([await first, await second, asked.length], [7n, 7n, 2]);
});

Deno.test("SureProgress.ask() lets a watch that has just begun catch up, unless something has come", async () => {
  const clock = new FakeClock();
  const { signal } = new AbortController();
  for (const hears of [false, true]) {
    const { watch, asked } = newWatch();
    const progress = new SureProgress(clock);
    progress.show(LIVE);
    if (hears) progress.heard();
    const known = progress.ask(watch, signal);
    await turn(clock);
    assertEquals(asked.length, hears ? 1 : 0);
    await turn(clock, 250);
    assertEquals(asked.length, 1);
    asked[0]?.resolve(7n);
    await turn(clock);
    asked[1]?.resolve(7n);
    await turn(clock, 1);
    assertEquals(await known, 7n);
  }
});
