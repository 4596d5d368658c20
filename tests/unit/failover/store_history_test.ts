// The checker of histories finds what it is for.
import {
  assert,
  assertEquals,
  assertMatch,
  assertStrictEquals,
} from "@std/assert";
import {
  type Call,
  contradictions,
  type StoreHistory,
  type Version,
} from "../../failover/linearizable/_store_history.ts";
import { seededRandom } from "../support/_fake_clock.ts";

const V1: Version = { revision: 2n, value: "one" };
const V2: Version = { revision: 3n, value: "two" };

function history(
  calls: readonly Call[],
  further: Partial<StoreHistory> = {},
): StoreHistory {
  return {
    calls,
    doubtful: [],
    unapplied: new Set(),
    versions: new Map([["k", [V1, V2]]]),
    ...further,
  };
}

function call(
  kind: Call["kind"],
  { revision, value }: Version,
  [startMs, endMs]: readonly [number, number],
): Call {
  return { kind, key: "k", value, revision, startMs, endMs };
}

const WRITES = [call("write", V1, [0, 10]), call("write", V2, [20, 30])];

Deno.test("contradictions() finds none in a history that one order explains", () => {
  const calls = [
    ...WRITES,
    // While the second write runs, both are right.
    call("read", V1, [21, 29]),
    call("read", V2, [21, 25]),
    call("read", V2, [31, 32]),
    // The revision of the store may be of another key's write.
    call("read", { revision: 9n, value: "two" }, [40, 41]),
  ];
  assertEquals(contradictions(history(calls)), []);
});

Deno.test("contradictions() finds a read that is stale, and reads that go back", () => {
  const stale = contradictions(
    history([...WRITES, call("read", V1, [31, 40])]),
  );
  assertStrictEquals(stale.length, 1);
  assertMatch(stale[0] ?? "", /^a read of k gave one at 2, after a write/);
  const back = contradictions(history([
    ...WRITES,
    call("read", V2, [21, 22]),
    call("read", V1, [23, 24]),
  ]));
  assertStrictEquals(back.length, 1);
});

Deno.test("contradictions() finds a value that is not the one of its revision", () => {
  const found = contradictions(
    history([
      ...WRITES,
      call("read", { revision: 3n, value: "one" }, [40, 41]),
    ]),
  );
  assertMatch(found[0] ?? "", /where the store has two of 3/);
});

Deno.test("contradictions() finds writes that nobody made, that were made twice, and that were denied", () => {
  const [first] = WRITES;
  const nobody = contradictions(history(first ? [first] : []));
  assertMatch(nobody.join(), /two is in k at 3, and nobody wrote it/);
  const doubtful = [{ key: "k", value: "two", startMs: 15 }];
  assertEquals(contradictions(history(first ? [first] : [], { doubtful })), []);
  const denied = contradictions(
    history(WRITES, { unapplied: new Set(["two"]) }),
  );
  assertMatch(denied.join(), /certainly not applied/);
  const twice = new Map([["k", [V1, V2, { revision: 4n, value: "two" }]]]);
  assertMatch(
    contradictions(history(WRITES, { versions: twice })).join(),
    /applied twice/,
  );
});

Deno.test("contradictions() finds one stale answer among many, wherever it is", () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = seededRandom(seed);
    const versions: Version[] = [];
    const calls: Call[] = [];
    let revision = 1n;
    for (let at = 0; at < 100; at++) {
      const during = [at * 10, at * 10 + 5] as const;
      if (random() < 0.5) {
        const version = { revision: ++revision, value: `v${at}` };
        versions.push(version);
        calls.push(call("write", version, during));
      } else {
        const value = versions.at(-1)?.value;
        calls.push(call("read", { revision, value }, during));
      }
    }
    const further = { versions: new Map([["k", versions]]) };
    assertEquals(contradictions(history(calls, further)), [], `seed ${seed}`);
    const reads = calls.flatMap(({ kind, revision }, at) =>
      kind === "read" && revision > 2n ? [at] : []
    );
    const at = reads[Math.floor(random() * reads.length)];
    const right = at === undefined ? undefined : calls[at];
    if (at === undefined || right === undefined) continue;
    const older = versions.findLast((one) => one.revision < right.revision);
    if (older === undefined) continue;
    calls[at] = { ...right, ...older };
    const found = contradictions(history(calls, further));
    assert(found.length > 0, `seed ${seed}`);
  }
});
