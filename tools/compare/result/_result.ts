/**
 * The result that `deno task compare --json FILE` writes: one object of the
 * shape {@linkcode CompareResult}, or, where several servers were asked for, of
 * the shape `CompareLab` of `_lab.ts`. Types only.
 *
 * Times are in milliseconds and counted from the start of the cell's recording
 * unless a field says otherwise. What may be missing is `null`, or an optional
 * field that is left out.
 * @module
 */
import type { FaultClass } from "../../../tests/scenarios/fault_class.ts";
import type { TransportName } from "../../../tests/scenarios/transports.ts";
import type { Expected } from "../../../tests/scenarios/verdict/expected.ts";
import type { TimelineEvent } from "../../../tests/scenarios/recording/recording.ts";
import type { Runtime } from "../../output/mod.ts";

/** Everything one run of `compare` on one server found out. */
export interface CompareResult {
  /** Says what this object is. */
  readonly format: "etcdeno-compare";
  /** Grows when a field changes its meaning or goes; new ones may be added. */
  readonly formatVersion: 1;
  /** When the first cell started, as ISO 8601 in UTC. */
  readonly startedAt: string;
  /** The time the cells took together, in seconds. */
  readonly seconds: number;
  /** The end of the run; cells that had no turn have the verdict `not run`. */
  readonly ended: "complete" | "interrupted" | "failed";
  /** Why the run could not go on, where it ended as `failed`. */
  readonly failure?: string;
  /** The server. */
  readonly etcd: {
    /** The server's full version. */
    readonly version: string;
    /** The place where the program was found, in words. */
    readonly source: string;
    /** The names of the members, in the order of `spread`. */
    readonly members: readonly string[];
  };
  /** The system that the client ran on. */
  readonly runtime: Runtime;
  /** The options of the run. */
  readonly options: {
    /** The strategies, in the order they had their turns. */
    readonly strategies: readonly string[];
    /** The transports, likewise; missing in old files, which mean `grpc-js`. */
    readonly transports?: readonly TransportName[];
    /** The numbers of the scenarios, likewise. */
    readonly scenarios: readonly number[];
    /** Which cells of these, as `--only` has it; missing if all. */
    readonly only?: string;
    /** The timeout of each call. */
    readonly callTimeoutMs: number;
    /** The number of runs of each cell. */
    readonly runs: number;
    /** The number of clusters side by side. */
    readonly jobs: number;
  };
  /** Each scenario under each strategy and transport, in order of their turns. */
  readonly cells: readonly CompareCell[];
}

/** One scenario under one strategy, over one transport. */
export type CompareCell = CellHead & CellOutcome;

/** The head of a cell: its scenario, its strategy, and what is expected. */
export interface CellHead {
  readonly scenario: {
    /** The scenario's permanent number. */
    readonly id: number;
    readonly title: string;
    /** The class of the fault; missing in old files. */
    readonly faultClass?: FaultClass;
    /** The fault the cluster was put under; `none` in a steady state. */
    readonly fault: string;
  };
  /** The name of the strategy. */
  readonly strategy: string;
  /** Missing unless `--transport` was given: it is the one of the options. */
  readonly transport?: TransportName;
  /** Missing for a strategy the catalogue knows nothing of. */
  readonly expectation?: CellExpectation;
}

/** The behaviour expected of a cell, beside that of Go's client. */
export interface CellExpectation {
  /**
   * The behaviour of Go's client of that generation. [M]: measured, [T]:
   * asserted by a test of etcd's own, [D]: derived from its source.
   */
  readonly go: string;
  /** The behaviour expected of this client: the verdict is by this. */
  readonly ours: Expected;
  /** The same in a few words. */
  readonly text: string;
  /** Why that differs from Go's, or over this transport, where it does. */
  readonly because?: string;
}

/** The outcome of a cell. */
export type CellOutcome =
  | CellRun & CellRepeats
  | SkippedCell
  | { readonly verdict: "not run" };

/** A scenario that does not apply to a strategy. */
export interface SkippedCell {
  readonly verdict: "skipped";
  /** Why it does not. */
  readonly reason: string;
}

/** The outcome of one run of a cell. */
export type CellRun =
  | {
    /** `unjudged`: it ran, but nothing is expected of that strategy. */
    readonly verdict: "expected" | "unexpected" | "unjudged";
    readonly figures: CellFigures;
    /** The differences from what is expected, a sentence each. */
    readonly deviations: readonly string[];
    /** The time the run took, in seconds. */
    readonly seconds: number;
  }
  | {
    /** The scenario itself failed: there are no figures. */
    readonly verdict: "threw";
    readonly error: string;
    readonly stack?: string;
    readonly seconds: number;
  };

/**
 * The further fields of a cell that was run several times. The rest of it is a
 * copy of one run, the first of those with the worst verdict, so that whoever
 * wants one run per cell need not look here.
 */
export interface CellRepeats {
  /** Every run, in order; missing where there was only one. */
  readonly runs?: readonly CellRun[];
  /**
   * The figures that are numbers, over the runs that have them, by their
   * names: `failed`, `writes.acked`, `measures.ms until the event`.
   */
  readonly ranges?: Readonly<Record<string, FigureRange>>;
}

/** One figure over several runs. */
export interface FigureRange {
  /** The middle one; of two in the middle the lower, so that it occurred. */
  readonly median: number;
  readonly least: number;
  readonly most: number;
  /** The number of runs that have it; `firstSuccessMs` needs a success. */
  readonly count: number;
}

/** The deliveries of a watch, held against what was written. */
export interface CellWatch {
  /** Revisions that were to be delivered. */
  readonly wanted: number;
  /** Wanted revisions that came by the end of the fault. */
  readonly duringFault: number;
  /** Revisions that never came. */
  readonly gaps: number;
  /** Revisions that came twice, out of order, or from before the start. */
  readonly duplicates: number;
}

/** The figures of a cell: all that was measured. */
export interface CellFigures {
  readonly calls: number;
  readonly failed: number;
  /** Failed writes that may have been applied, as the errors say. */
  readonly ambiguous: number;
  /** From the fault to the first success; `null`: none, or no fault. */
  readonly firstSuccessMs: number | null;
  /** From the fault to the last failure; `null`: none, or no fault. */
  readonly lastFailureMs: number | null;
  /** The longest time without a success, while calls were made. */
  readonly longestGapMs: number;
  /** The time the longest call took. */
  readonly longestCallMs: number;
  /** Whether the last call succeeded. */
  readonly endedWell: boolean;
  /** Sockets of the client: the most at once, and those at the end. */
  readonly connectionsMax: number;
  readonly connectionsEnd: number;
  /** Connections attempted in all. */
  readonly dials: number;
  /** Connections attempted since the fault. */
  readonly redials: number;
  /** The number of calls each member served, in the order of the members. */
  readonly spread: readonly number[];
  /** `null` where the writes were not counted on the server's side. */
  readonly writes: CellWrites | null;
  /** The deliveries of the watch, in scenarios with one. */
  readonly watch?: CellWatch;
  /** The fate of the lease, in scenarios with one. */
  readonly lease?: "kept" | "lost";
  /**
   * The other numbers that the scenario counted or timed, by words that can
   * follow them: `{ "ms until the event": 2210 }`.
   */
  readonly measures: Readonly<Record<string, number>>;
  /** Codes of the failed calls, with how often each came. */
  readonly errors: Readonly<Record<string, number>>;
  /** When the fault began; `null` in a steady state. */
  readonly faultMs: number | null;
  /** When it ended; `null` if it lasted to the end. */
  readonly faultEndMs: number | null;
  /** The other events, in their order. */
  readonly events: readonly CellEvent[];
  /** Every call, in the order of their ends. */
  readonly marks: readonly CallMark[];
}

/** Writes to one key: `acked ≤ applied ≤ acked + failed` must hold. */
export interface CellWrites {
  /** Writes the client was told had succeeded. */
  readonly acked: number;
  /** Writes the store has. */
  readonly applied: number;
}

/** Something besides calls. */
export interface CellEvent {
  /** Below 0 if it came before the recording began. */
  readonly atMs: number;
  /**
   * `pin`: the strategy moved its pin; a state: a connection is in it now;
   * `delivery`: a watch delivered an event; `ping`: a client sent an HTTP/2
   * ping; `note`: the text says it.
   */
  readonly kind: TimelineEvent["kind"];
  /** The member it concerns; `null` where there is none, or it is not known. */
  readonly member: string | null;
  readonly text: string | null;
}

/** One call. */
export interface CallMark {
  readonly startMs: number;
  readonly durationMs: number;
  readonly ok: boolean;
  /** The member it went to; `null` where that is not known. */
  readonly member: string | null;
  /** The error's code; `null` if it succeeded. */
  readonly code: string | null;
  /** Whether it is a failed write that may have been applied. */
  readonly maybeCommitted: boolean;
}
