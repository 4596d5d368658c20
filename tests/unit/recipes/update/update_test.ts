import { assertEquals, assertRejects } from "@std/assert";
import { InvalidOptionError } from "../../../../errors/mod.ts";
import { Client } from "../../../../mod.ts";
import { update } from "../../../../recipes/mod.ts";
import { Pacing } from "../../../../recipes/steps/mod.ts";
import { FakeClock } from "../../support/_fake_clock.ts";

const BAD: readonly (readonly [unknown[], string])[] = [
  [[{}, "k", () => "v"], "ks"],
  [[null, "k", () => "v"], "ks"],
  [["client", "", () => "v"], "key"],
  [["client", 1, () => "v"], "key"],
  [["client", "k", "v"], "change"],
  [["client", "k", () => "v", { attempts: 0 }], "attempts"],
  [["client", "k", () => "v", { attempt: 1 }], "attempt"],
  [["client", "k", () => "v", { codec: {} }], "codec"],
  [["client", "k", () => "v", { lease: "7" }], "lease"],
  [["client", "k", () => "v", { doubt: "maybe" }], "doubt"],
  [["client", "k", () => "v", { doubt: { receipt: "" } }], "doubt.receipt"],
  [["client", "k", () => "v", { signal: new AbortController() }], "signal"],
  [["client", "k", () => "v", { timeoutMs: -1 }], "timeoutMs"],
];

Deno.test("update() names what is not acceptable, before anything is sent", async () => {
  await using client = new Client({ endpoints: "http://127.0.0.1:1" });
  for (const [given, option] of BAD) {
    const [ks, ...rest] = given;
    const call = update as (...given: unknown[]) => Promise<unknown>;
    const error = await assertRejects(
      () => call(ks === "client" ? client : ks, ...rest),
      InvalidOptionError,
    );
    assertEquals([error.method, error.option], ["update", option]);
  }
  assertEquals(client.balancer.dials, 0);
});

Deno.test("Pacing pauses after every other conflict, and longer with time", async () => {
  const clock = new FakeClock({ random: () => 0.5 });
  const pacing = new Pacing(clock);
  const { signal } = new AbortController();
  const paused = async () => {
    clock.advance(10);
    const startedAt = clock.now();
    const done = pacing.afterConflict(signal);
    // As long as it takes, at most.
    for (let at = 0; at < 1_000 && clock.pending > 0; at++) clock.advance(1);
    await done;
    return clock.now() - startedAt;
  };
  const pauses: number[] = [];
  for (let at = 0; at < 12; at++) pauses.push(await paused());
  assertEquals(pauses.filter((_, at) => at % 2 === 0), [0, 0, 0, 0, 0, 0]);
  assertEquals(pauses.filter((_, at) => at % 2 === 1), [
    20,
    60,
    140,
    300,
    500,
    500,
  ]);
});

Deno.test("Pacing ends with the signal", async () => {
  const clock = new FakeClock();
  const pacing = new Pacing(clock);
  const abort = new AbortController();
  await pacing.afterConflict(abort.signal);
  clock.advance(10);
  const pausing = pacing.afterConflict(abort.signal);
  abort.abort(new Error("enough"));
  await assertRejects(() => pausing, Error, "enough");
  assertEquals(clock.pending, 0);
});
