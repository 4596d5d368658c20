import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import {
  backoffMs,
  CONNECTION_BACKOFF,
  vary,
} from "../../../errors/backoff.ts";
import { seededRandom } from "../support/_fake_clock.ts";

const middle = () => 0.5;

Deno.test("backoffMs() grows from 1 s by 1.6 and stops at 120 s", () => {
  const waits = Array.from(
    { length: 13 },
    (_, at) => Math.round(backoffMs(CONNECTION_BACKOFF, at + 1, middle)),
  );
  assertEquals(waits.slice(0, 5), [1_000, 1_600, 2_560, 4_096, 6_554]);
  assertEquals(waits.slice(-3), [109_951, 120_000, 120_000]);
  assertEquals(backoffMs(CONNECTION_BACKOFF, 10_000, middle), 120_000);
});

Deno.test("backoffMs() varies a wait by 20 % either way, the longest one too", () => {
  for (const [failures, base] of [[1, 1_000], [50, 120_000]] as const) {
    assertAlmostEquals(
      backoffMs(CONNECTION_BACKOFF, failures, () => 0),
      base * 0.8,
    );
    assertAlmostEquals(
      backoffMs(CONNECTION_BACKOFF, failures, () => 1),
      base * 1.2,
    );
  }
});

Deno.test("vary() spreads evenly over its range", () => {
  const random = seededRandom(7);
  const thirds = [0, 0, 0];
  for (let draw = 0; draw < 10_000; draw++) {
    const ms = vary(25, 0.1, random);
    assert(ms >= 22.5 && ms <= 27.5, `${ms}`);
    const third = Math.min(Math.floor((ms - 22.5) / (5 / 3)), 2);
    thirds[third] = (thirds[third] ?? 0) + 1;
  }
  for (const count of thirds) {
    assert(Math.abs(count - 3_333) < 200, `${thirds}`);
  }
});

Deno.test("vary() leaves the value alone without jitter", () => {
  assertEquals(vary(25, 0, () => 0), 25);
});
