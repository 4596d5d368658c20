// A fault as callers met it, of figures given as strips of calls.
import { assertEquals } from "@std/assert";
import { outageOf } from "../../../../../tools/compare/result/_outage.ts";
import type { CellFigures } from "../../../../../tools/compare/result/_result.ts";
import { figures } from "../_example_result.ts";

/** The share that failed in per cent, and when calls were back. */
function told(strip: string, changes: Partial<CellFigures> = {}) {
  const outage = outageOf(figures(strip, changes));
  if (outage === undefined) return undefined;
  const { failedShare, backAfterMs } = outage;
  return [
    failedShare === undefined ? undefined : Math.round(100 * failedShare),
    backAfterMs,
  ];
}

Deno.test("outageOf() counts from the fault to the first success of the last row", () => {
  assertEquals(told("......"), [0, 1]);
  assertEquals(told("x....."), [17, 2]);
  assertEquals(told("xx.x......"), [30, 5]);
  assertEquals(told("....xx....", { faultMs: 4 }), [29, 3]);
});

Deno.test("outageOf() is not back where calls go on to fail", () => {
  assertEquals(told("xxxxxxxx"), [100, null]);
  assertEquals(told(".x.".repeat(10)), [33, null], "every third");
  assertEquals(told("..x".repeat(10)), [33, null], "every third");
  assertEquals(told("x..".repeat(10)), [33, null], "every third");
  assertEquals(told(`${".x.".repeat(5)}..`), [29, 15], "and then no more");
});

Deno.test("outageOf() takes one success for an end where there were none before", () => {
  assertEquals(told("x."), [50, 2]);
  assertEquals(told(".x"), [50, null]);
  assertEquals(told(".x."), [33, null]);
});

Deno.test("outageOf() goes by the order in which calls ended", () => {
  const [first, ...others] = figures("x....").marks;
  if (first === undefined) throw new Error("None");
  const marks = [{ ...first, durationMs: 100 }, ...others];
  assertEquals(told("x....", { marks }), [20, null]);
});

Deno.test("outageOf() of a watch is its first event, if all came in time", () => {
  const watch = { wanted: 2, duringFault: 2, gaps: 0, duplicates: 0 };
  const events = [-1, 40, 90].map((atMs) => ({
    atMs,
    kind: "delivery" as const,
    member: null,
    text: null,
  }));
  const at = { events, faultEndMs: 100 };
  assertEquals(told("", { ...at, watch }), [undefined, 40]);
  const late = { ...watch, duringFault: 1 };
  assertEquals(told("", { ...at, watch: late }), [undefined, null]);
  const lost = { ...watch, gaps: 1 };
  assertEquals(told("", { ...at, watch: lost }), [undefined, null]);
});

Deno.test("outageOf() has nothing to tell without a fault, or without calls", () => {
  assertEquals(told("....", { faultMs: null }), undefined);
  assertEquals(told(""), undefined);
});
