import { assert, assertLess, assertStrictEquals } from "@std/assert";
import { Subject } from "./_subject.ts";

/** How many of some late reads are sent again. */
function hedges(subject: Subject, count: number): number {
  let again = 0;
  for (let made = 0; made < count; made++) {
    if (subject.late("a") === "again") again++;
  }
  return again;
}

Deno.test("Adaptive sends late reads again, and never a write", () => {
  const subject = Subject.trusted();
  assertStrictEquals(subject.late("a", { repeatable: false }), "wait");
  assertStrictEquals(subject.late("a"), "again");
});

Deno.test("Adaptive sends no read again where there is nobody else, or all are suspect", () => {
  assertStrictEquals(Subject.trusted("a").late("a"), "wait");
  const subject = Subject.trusted("ab");
  assertStrictEquals(subject.late("a"), "again");
  assertStrictEquals(subject.late("b"), "wait");
});

Deno.test("Adaptive sends no read again that ran on a transport that is gone", () => {
  const subject = Subject.trusted();
  const { epoch } = subject.pool.at("a");
  subject.pool.lose("a");
  assertStrictEquals(subject.late("a", { epoch }), "wait");
  assertStrictEquals(subject.trust, "a new, b trusted, c trusted");
});

Deno.test("Adaptive sends ten reads again at once, or as many as are in flight", () => {
  const quiet = Subject.trusted();
  assertStrictEquals(hedges(quiet, 100), 10);
  const busy = Subject.trusted();
  busy.pool.at("a").inFlight = 64;
  assertStrictEquals(hedges(busy, 100), 64);
});

Deno.test("Adaptive saves up for 256 reads at most", () => {
  const subject = Subject.trusted();
  for (let made = 0; made < 20_000; made++) subject.pool.outcome("b", "none");
  subject.pool.at("a").inFlight = 1_000;
  assertStrictEquals(hedges(subject, 1_000), 256);
});

Deno.test("Adaptive earns a second attempt with ten calls", () => {
  const subject = Subject.trusted();
  hedges(subject, 100);
  for (let made = 0; made < 99; made++) subject.pool.outcome("b", "none");
  assertStrictEquals(hedges(subject, 100), 9);
});

Deno.test("Adaptive sends reads again for a tenth of the load in the long run", () => {
  const subject = Subject.trusted();
  for (const name of "abc") subject.pool.at(name).inFlight = 100;
  let again = 0;
  const calls = 50_000;
  for (let made = 0; made < calls; made++) {
    if (subject.late("a") === "again") again++;
    subject.pool.outcome("a", "none");
  }
  assertLess(again, calls / 10 + 65);
  assert(again > calls / 11);
});

Deno.test("Adaptive sends nothing again with `hedgeShare: 0`, and all with 1", () => {
  assertStrictEquals(hedges(Subject.trusted("abc", { hedgeShare: 0 }), 50), 0);
  const all = Subject.trusted("abc", { hedgeShare: 1 });
  all.pool.at("a").inFlight = 500;
  assertStrictEquals(hedges(all, 500), 500);
});
