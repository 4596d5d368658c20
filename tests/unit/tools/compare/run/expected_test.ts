import { assert, assertEquals } from "@std/assert";
import { CATALOGUE } from "../../../../scenarios/catalogue.ts";
import { deviations } from "../../../../scenarios/verdict/deviations.ts";
import {
  describeExpected,
  type Expected,
} from "../../../../scenarios/verdict/expected.ts";
import type { Recording } from "../../../../scenarios/recording/recording.ts";
import { skipReason } from "../../../../scenarios/verdict/skips.ts";
import { SUBJECTS } from "../../../../scenarios/subjects.ts";
import { recording } from "../_stand_in_scenario.ts";

/** What is expected, a run that shows it, and runs that do not. */
const TABLE: readonly {
  readonly expected: Expected;
  readonly words: string;
  readonly good: readonly Partial<Recording>[];
  readonly bad: readonly (readonly [run: Partial<Recording>, says: string])[];
}[] = [
  {
    expected: { failed: "all" },
    words: "all fail",
    good: [{ calls: 5, failed: 5 }],
    bad: [
      [{ calls: 5, failed: 4 }, "4 of 5 calls failed, not all of at least 5"],
      [{ calls: 4, failed: 4 }, "4 of 4 calls failed, not all of at least 5"],
    ],
  },
  {
    expected: { failed: "every third" },
    words: "every third fails",
    good: [
      { calls: 30, failed: 10 },
      { calls: 30, failed: 13 },
      { calls: 30, failed: 7 },
    ],
    bad: [
      [
        { calls: 30, failed: 14 },
        "14 of 30 calls failed, not every third of at least 30",
      ],
      [
        { calls: 30, failed: 6 },
        "6 of 30 calls failed, not every third of at least 30",
      ],
      [
        { calls: 29, failed: 10 },
        "10 of 29 calls failed, not every third of at least 30",
      ],
    ],
  },
  {
    expected: { codes: ["timeout", "unavailable"] },
    words: "failures are timeout or unavailable",
    good: [{ codes: {} }, { codes: { timeout: 3 } }],
    bad: [[
      { codes: { timeout: 1, internal: 1 } },
      "calls failed with internal, not timeout or unavailable",
    ]],
  },
  {
    expected: { redials: [1, 2] },
    words: "1 to 2 redials",
    good: [{ redials: 1 }, { redials: 2 }],
    bad: [[{ redials: 0 }, "0 redials since the fault, not 1 to 2"]],
  },
  {
    expected: { lastFailureMs: [500, 900] },
    words: "the last failure after 500 to 900 ms",
    good: [{ lastFailureMs: 500 }],
    bad: [
      [
        { lastFailureMs: 901 },
        "901 ms from the fault to the last failure, not 500 to 900",
      ],
      [
        { lastFailureMs: undefined },
        "0 ms from the fault to the last failure, not 500 to 900",
      ],
    ],
  },
  {
    expected: { longestCallMs: [0, 700] },
    words: "the longest call takes 0 to 700 ms",
    good: [{ longestCallMs: 700 }],
    bad: [[
      { longestCallMs: 700.26 },
      "700.3 ms for the longest call, not 0 to 700",
    ]],
  },
  {
    expected: { measures: { "notices of creation": [1, 1] } },
    words: "1 notices of creation",
    good: [{ measures: { "notices of creation": 1 } }],
    bad: [
      [
        { measures: { "notices of creation": 2 } },
        "2 notices of creation, not 1",
      ],
      [{ measures: {} }, "no notices of creation were counted"],
    ],
  },
  {
    expected: { failed: [1, 1] },
    words: "1 fails",
    good: [{ failed: 1 }],
    bad: [
      [{ failed: 0 }, "0 of 4 calls failed, not 1"],
      [{ failed: 2 }, "2 of 4 calls failed, not 1"],
    ],
  },
  {
    expected: { failed: [0, 2] },
    words: "0 to 2 fail",
    good: [{ failed: 0 }, { failed: 2 }],
    bad: [
      [{ failed: 3 }, "3 of 4 calls failed, not 0 to 2"],
      [{ calls: 0 }, "0 of 0 calls failed, not 0 to 2"],
    ],
  },
  {
    expected: { connections: 1 },
    words: "1 connection",
    good: [{ connectionsEnd: 1, connectionsMax: 3 }],
    bad: [[{ connectionsEnd: 2 }, "2 connections at the end, not 1"]],
  },
  {
    expected: { spread: "one member" },
    words: "one member serves",
    good: [{ spread: [0, 9, 0] }],
    bad: [
      [{ spread: [1, 9, 0] }, "served by 2 members (1/9/0), not one"],
      [{ spread: [0, 0, 0] }, "served by 0 members (0/0/0), not one"],
    ],
  },
  {
    expected: { spread: "even" },
    words: "even spread",
    good: [{ spread: [100, 100, 100] }, { spread: [110, 90, 100] }],
    bad: [
      [{ spread: [111, 90, 99] }, "served unevenly: 111/90/99"],
      [{ spread: [99, 100, 100] }, "served unevenly: 99/100/100"],
      [{ spread: [300, 0, 0] }, "served unevenly: 300/0/0"],
    ],
  },
  {
    expected: { writes: "at most once" },
    words: "writes applied at most once",
    good: [
      { failed: 3, ambiguous: 2, writes: { acked: 5, applied: 5 } },
      { failed: 3, ambiguous: 2, writes: { acked: 5, applied: 7 } },
    ],
    bad: [
      [{}, "the writes were not counted"],
      [{ writes: { acked: 0, applied: 0 } }, "no write was acked"],
      [{ writes: { acked: 5, applied: 4 } }, "5 acked, only 4 applied"],
      [
        { failed: 3, ambiguous: 2, writes: { acked: 5, applied: 8 } },
        "8 applied, but 5 acked and 2 in doubt",
      ],
      [
        { failed: 3, ambiguous: 3, writes: { acked: 5, applied: 9 } },
        "9 applied, but 5 acked and 3 failed; 9 applied, but 5 acked and 3 in doubt",
      ],
    ],
  },
  {
    expected: { firstSuccessWithinMs: 100 },
    words: "a success within 100 ms",
    good: [{ firstSuccessMs: 100 }],
    bad: [
      [
        { firstSuccessMs: 100.6 },
        "first success after 101 ms, not within 100 ms",
      ],
      [
        { firstSuccessMs: undefined },
        "first success never, not within 100 ms",
      ],
    ],
  },
  {
    expected: { endsWell: true },
    words: "the last call succeeds",
    good: [{ endedWell: true }],
    bad: [[{ endedWell: false }, "the last call failed"]],
  },
];

for (const { expected, words, good, bad } of TABLE) {
  Deno.test(`deviations() judges: ${words}`, () => {
    assertEquals(describeExpected(expected), words);
    for (const run of good) {
      assertEquals(deviations(recording(run), expected), []);
    }
    for (const [run, says] of bad) {
      assertEquals(deviations(recording(run), expected).join("; "), says);
    }
  });
}

Deno.test("deviations() judges nothing that is not named", () => {
  assertEquals(
    deviations(recording({ failed: 4, endedWell: false, spread: [] }), {}),
    [],
  );
});

Deno.test("every scenario expects something of every strategy", () => {
  for (const scenario of CATALOGUE) {
    const { id, expectations } = scenario;
    for (const { name } of SUBJECTS) {
      const context = { subject: name, etcd: "3.99" };
      if (skipReason(scenario, context) !== undefined) continue;
      const expectation = expectations[name];
      assert(
        expectation !== undefined && describeExpected(expectation.ours) !== "",
        `#${id} under ${name}`,
      );
    }
  }
});
