/** What the tests of `compare` share: a fixed result, and stand-ins. */
import type { Cluster, EtcdBinaries } from "../harness/mod.ts";
import type { Recording } from "../scenarios/recording.ts";
import type { Expectation, Scenario } from "../scenarios/scenario.ts";
import type {
  CellFigures,
  CellHead,
  CompareCell,
  CompareResult,
} from "../../tools/_compare_result.ts";
import type { Sink } from "../../tools/_compare_sink.ts";

/** Keeps what is written. */
export class TextSink implements Sink {
  readonly isTerminal: boolean;
  readonly color: boolean;
  readonly columns: number;
  text = "";

  constructor(options: Partial<Pick<Sink, "isTerminal" | "columns">> = {}) {
    this.isTerminal = options.isTerminal ?? false;
    this.columns = options.columns ?? 100;
    this.color = false;
  }

  write(text: string): void {
    this.text += text;
  }
}

/** A cluster that does nothing, and counts what it is asked for. */
export class StandInCluster {
  readonly binaries: EtcdBinaries = {
    version: "3.5.0",
    etcd: "/bin/etcd",
    etcdctl: undefined,
    etcdutl: undefined,
    source: "a test",
  };
  readonly members: readonly { readonly name: string }[] = [{ name: "m1" }, {
    name: "m2",
  }, { name: "m3" }];
  resets = 0;
  closes = 0;
  resetFailure: Error | undefined;

  reset(): Promise<void> {
    this.resets++;
    return this.resetFailure
      ? Promise.reject(this.resetFailure)
      : Promise.resolve();
  }

  close(): Promise<void> {
    this.closes++;
    return Promise.resolve();
  }

  /** As the code under test takes it. */
  get asCluster(): Cluster {
    return this as unknown as Cluster;
  }
}

/** A recording of four calls, all well, unless said otherwise. */
export function recording(changes: Partial<Recording> = {}): Recording {
  return {
    calls: 4,
    failed: 0,
    ambiguous: 0,
    firstSuccessMs: 1.5,
    lastFailureMs: undefined,
    longestGapMs: 2,
    longestCallMs: 1.5,
    endedWell: true,
    connectionsMax: 1,
    connectionsEnd: 1,
    dials: 1,
    redials: 0,
    spread: [4, 0, 0],
    writes: undefined,
    watch: undefined,
    lease: undefined,
    measures: {},
    codes: {},
    marks: [],
    events: [],
    faultMs: 0.5,
    faultEndMs: undefined,
    ...changes,
  };
}

/** A scenario that gives a recording, by the name of the subject. */
export function scenario(
  id: number,
  runs: Readonly<Record<string, Recording | Error>>,
  expectations: Readonly<Record<string, Expectation>> = {},
): Scenario {
  return {
    id,
    title: `scenario of a test`,
    fault: "a fault",
    expectations,
    run({ subject }) {
      const run = runs[subject.name];
      return run instanceof Error || run === undefined
        ? Promise.reject(run)
        : Promise.resolve(run);
    },
  };
}

const PUT = {
  id: 37,
  title: "put on an isolated follower",
  fault: "its links to the other members are cut",
} as const;
const WRITERS = {
  id: 25,
  title: "eight writers on one key through six resets",
  fault: "all connections are reset six times",
} as const;
const IDLE = {
  id: 93,
  title: "connections of an idle client",
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
