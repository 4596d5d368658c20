/** The result of a comparison, the same for every test. */
import type {
  CellFigures,
  CellHead,
  CompareCell,
  CompareResult,
} from "../../../../tools/compare/result/_result.ts";

const PUT = {
  id: 37,
  title: "put on an isolated follower",
  faultClass: "isolated",
  fault: "its links to the other members are cut",
} as const;

const WRITERS = {
  id: 25,
  title: "eight writers on one key through six resets",
  faultClass: "cut",
  fault: "all connections are reset six times",
} as const;

const IDLE = {
  id: 93,
  title: "connections of an idle client",
  faultClass: "none",
  fault: "none",
} as const;

/** Figures of calls given as a strip: `x` failed, `.` succeeded. */
export function figures(
  strip: string,
  changes: Partial<CellFigures> = {},
): CellFigures {
  const marks = [...strip].map((mark, at) => ({
    startMs: at,
    durationMs: 1,
    ok: mark === ".",
    member: mark === "." ? "m2" : null,
    code: mark === "." ? null : "timeout",
    maybeCommitted: mark !== ".",
  }));
  const failed = marks.filter(({ ok }) => !ok).length;
  return {
    calls: marks.length,
    failed,
    ambiguous: failed,
    firstSuccessMs: failed === marks.length ? null : 2.25,
    lastFailureMs: failed === 0 ? null : 1_004.5,
    longestGapMs: 1_001,
    longestCallMs: 1_000,
    endedWell: strip.endsWith("."),
    connectionsMax: 3,
    connectionsEnd: 3,
    dials: 3,
    redials: 0,
    spread: [0, marks.length - failed, 0],
    writes: null,
    measures: {},
    errors: failed === 0 ? {} : { timeout: failed },
    faultMs: 0,
    faultEndMs: null,
    events: [],
    marks,
    ...changes,
  };
}

const EVERY_THIRD = ".x.".repeat(10);

function head(
  scenario: CellHead["scenario"],
  strategy: string,
  expectation?: NonNullable<CellHead["expectation"]>,
): CellHead {
  return { scenario, strategy, ...expectation && { expectation } };
}

const CELLS: readonly CompareCell[] = [
  {
    ...head(PUT, "grpc1.0", {
      go: "every call runs into its deadline [M]",
      ours: { failed: "all" },
      text: "all fail",
    }),
    verdict: "expected",
    figures: figures("xxxxxxxx"),
    deviations: [],
    seconds: 8.1,
  },
  {
    ...head(PUT, "grpc1.7", {
      go: "one fails, then ok [M]",
      ours: { failed: [1, 1], endsWell: true },
      text: "1 fails, the last call succeeds",
      because: "this is a fixed text with enough words for more than one line",
    }),
    verdict: "unexpected",
    figures: figures(`${EVERY_THIRD}x`, {
      connectionsMax: 2,
      connectionsEnd: 1,
    }),
    deviations: ["11 of 31 calls failed, not 1", "the last call failed"],
    seconds: 11.25,
  },
  {
    ...head(PUT, "grpc1.23", {
      go: "every third fails [M]",
      ours: { failed: "every third" },
      text: "every third fails",
    }),
    verdict: "threw",
    error: "Error: Cannot go on without a leader: not so after 20000 ms",
    stack: "Error: Cannot go on\n    at somewhere",
    seconds: 20,
  },
  {
    ...head(WRITERS, "grpc1.0", {
      go: "acked 11 333, errors 3 292, applied 11 380 [M]",
      ours: { writes: "at most once", endsWell: true },
      text: "writes applied at most once, the last call succeeds",
      because: "Go's pin moves late",
    }),
    verdict: "expected",
    figures: figures("..x.", {
      writes: { acked: 605, applied: 640 },
      failed: 80,
      calls: 685,
      lastFailureMs: 206.4,
      spread: [205, 200, 200],
    }),
    deviations: [],
    seconds: 0.4,
  },
  { ...head(WRITERS, "grpc1.7"), verdict: "skipped", reason: "it has no pin" },
  {
    ...head(WRITERS, "mine"),
    verdict: "unjudged",
    figures: figures("....", { writes: { acked: 4, applied: 4 } }),
    deviations: [],
    seconds: 0.4,
  },
  {
    ...head(IDLE, "grpc1.0", {
      go: "3 [M]",
      ours: { connections: 3 },
      text: "3 connections",
    }),
    verdict: "expected",
    figures: figures("", { faultMs: null, firstSuccessMs: null }),
    deviations: [],
    seconds: 0.1,
  },
];

/** One of everything a result can have. */
export const RESULT: CompareResult = {
  format: "etcdeno-compare",
  formatVersion: 1,
  startedAt: "2026-11-21T08:00:30.123Z",
  seconds: 93.4,
  ended: "complete",
  etcd: {
    version: "3.5.16",
    source: "PATH",
    members: ["m1", "m2", "m3"],
  },
  runtime: { client: "0.1.0", deno: "2.9.6", system: "linux x86_64", cpus: 2 },
  options: {
    strategies: ["grpc1.0", "grpc1.7", "grpc1.23"],
    scenarios: [37, 25, 93],
    callTimeoutMs: 1_000,
    runs: 1,
    jobs: 1,
  },
  cells: CELLS,
};
