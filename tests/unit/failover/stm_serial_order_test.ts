// The search for an order that explains transactions, on histories that have one
// and on histories that have none.
import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  disorder,
  type Seen,
  unwritten,
  type Values,
} from "../../failover/recipes/stm/_serial_order.ts";

let names = 0;

/** A transaction from one moment to another. */
function txn(
  [startMs, endMs]: readonly [number, number],
  reads: Values,
  writes: Values = {},
): Seen {
  return { name: `t${++names}`, startMs, endMs, reads, writes };
}

/** A transaction whose answer was lost. */
function doubtful(...given: Parameters<typeof txn>): Seen {
  return { ...txn(...given), inDoubt: true };
}

const GOOD: Readonly<Record<string, readonly Seen[]>> = {
  "nothing": [],
  "one after the other": [
    txn([0, 1], { a: "0" }, { a: "1" }),
    txn([2, 3], { a: "1" }, { a: "2" }),
  ],
  "at once, in the order of their reads": [
    txn([0, 9], { a: "1" }, { a: "2" }),
    txn([0, 9], { a: "0" }, { a: "1" }),
  ],
  "in doubt, and done": [
    doubtful([0, 1], { a: "0" }, { a: "1" }),
    txn([5, 6], { a: "1" }),
  ],
  "in doubt, and done late": [
    doubtful([0, 1], { a: "0" }, { a: "1" }),
    txn([2, 3], { a: "0" }),
    txn([5, 6], { a: "1" }),
  ],
  "in doubt, and not done": [
    doubtful([0, 1], { a: "0" }, { a: "1" }),
    txn([5, 6], { a: "0" }, { a: "2" }),
    txn([7, 8], { a: "2" }),
  ],
  "a deletion": [
    txn([0, 1], { a: "0" }, { a: undefined }),
    txn([2, 3], { a: undefined }),
  ],
  "a read that falls between": [
    txn([0, 9], { a: "0" }, { a: "1", b: "1" }),
    txn([1, 2], { a: "0", b: undefined }),
    txn([3, 4], { a: "1", b: "1" }),
  ],
  "a choice that is wrong at first": [
    txn([0, 9], {}, { a: "2" }),
    txn([0, 9], {}, { a: "1" }),
    txn([0, 9], { a: "2" }, { b: "1" }),
    txn([10, 11], { a: "1", b: "1" }),
  ],
};

const BAD: Readonly<Record<string, readonly Seen[]>> = {
  "a lost update": [
    txn([0, 9], { a: "0" }, { a: "1" }),
    txn([0, 9], { a: "0" }, { a: "2" }),
  ],
  "write skew": [
    txn([0, 9], { a: "0", b: undefined }, { a: "1" }),
    txn([0, 9], { a: "0", b: undefined }, { b: "1" }),
  ],
  "a phantom": [
    txn([0, 9], { a: "0", b: undefined }, { sum: "1" }),
    txn([0, 9], { sum: undefined }, { b: "1" }),
  ],
  "an inconsistent read": [
    txn([0, 9], { a: "0" }, { a: "1", b: "1" }),
    txn([0, 9], { a: "0", b: "1" }),
  ],
  "a stale read": [
    txn([0, 1], { a: "0" }, { a: "1" }),
    txn([2, 3], { a: "0" }),
  ],
  "a write that is forgotten": [
    txn([0, 1], { a: "0" }, { a: "1" }),
    txn([2, 3], {}, { b: "1" }),
    txn([4, 5], { a: "0", b: "1" }),
  ],
  "an effect that comes twice": [
    txn([0, 1], { a: "0" }, { a: "1" }),
    txn([2, 3], { a: "1" }, { a: "2" }),
    txn([4, 5], { a: "1" }),
  ],
  "half of the writes": [
    txn([0, 1], {}, { a: "1", b: "1" }),
    txn([2, 3], { a: "1", b: undefined }),
  ],
  "in doubt, and both done and not": [
    doubtful([0, 1], { a: "0" }, { a: "1" }),
    txn([2, 3], { a: "1" }),
    txn([4, 5], { a: "0" }),
  ],
  "in doubt, and seen before it began": [
    txn([0, 1], { a: "1" }),
    doubtful([2, 3], { a: "0" }, { a: "1" }),
  ],
};

for (const [name, seen] of Object.entries(GOOD)) {
  Deno.test(`disorder() finds an order for: ${name}`, () => {
    assertEquals(disorder(seen, { a: "0" }), undefined);
    assertEquals(disorder(seen.toReversed(), { a: "0" }), undefined);
  });
}

for (const [name, seen] of Object.entries(BAD)) {
  Deno.test(`disorder() finds no order for: ${name}`, () => {
    for (const one of [seen, seen.toReversed()]) {
      assertMatch(disorder(one, { a: "0" }) ?? "", /^no order explains it/);
    }
  });
}

/** Many at once, of which each reads what another one writes. */
function long(count: number): readonly Seen[] {
  return Array.from({ length: count }, (_, at) => {
    const next = String(at + 1);
    const window = [at * 10, at * 10 + 45] as const;
    return [
      txn(window, { a: String(at) }, { a: next }),
      txn(window, {}, { [`b${at % 3}`]: next }),
      txn(window, { a: next }),
      doubtful(window, { a: "x" }, { a: next }),
    ];
  }).flat();
}

Deno.test("disorder() is quick with a long history that many ran at once", () => {
  assertEquals(disorder(long(100), { a: "0" }), undefined);
  assert(disorder([...long(10), txn([900, 901], { a: "9" })], { a: "0" }));
});

Deno.test("unwritten() names what nobody wrote", () => {
  const seen = [
    txn([0, 1], { a: "0", b: undefined }, { a: "1" }),
    doubtful([0, 1], {}, { b: "1" }),
    txn([0, 1], { a: "1", b: "1" }),
  ];
  assertEquals(unwritten(seen, { a: "0" }), []);
  const ghost = txn([0, 1], { a: "7" });
  assertEquals(unwritten([...seen, ghost], { a: "0" }), [
    `${ghost.name} read a=7`,
  ]);
});
