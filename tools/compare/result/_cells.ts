/** From what the scenarios give to what `compare` keeps and writes. */
import type { Cell } from "../../../tests/scenarios/cell.ts";
import { expectationOf } from "../../../tests/scenarios/verdict/expectation.ts";
import { describeExpected } from "../../../tests/scenarios/verdict/expected.ts";
import type { Recording } from "../../../tests/scenarios/recording/recording.ts";
import type { Scenario, Subject } from "../../../tests/scenarios/scenario.ts";
import type { CellFigures, CellHead, CellRun } from "./_result.ts";

/** The head of a cell: all that is known before it has run. */
export function cellHead(scenario: Scenario, subject: Subject): CellHead {
  const { id, title, faultClass, fault } = scenario;
  const expectation = expectationOf(scenario, subject);
  return {
    scenario: { id, title, faultClass, fault },
    strategy: subject.name,
    ...subject.transport && { transport: subject.transport },
    ...expectation && {
      expectation: {
        ...expectation,
        text: describeExpected(expectation.ours),
      },
    },
  };
}

/** A run that ended by itself. */
export function endedRun(
  { deviations, expectation, run }: Extract<Cell, { kind: "ran" }>,
  seconds: number,
): CellRun {
  return {
    verdict: expectation === undefined
      ? "unjudged"
      : deviations.length === 0
      ? "expected"
      : "unexpected",
    figures: figuresOf(run),
    deviations,
    seconds: rounded(seconds),
  };
}

/** A run whose scenario failed. */
export function thrownRun(error: unknown, seconds: number): CellRun {
  return {
    verdict: "threw",
    error: messageOf(error),
    ...error instanceof Error && error.stack !== undefined &&
      { stack: error.stack },
    seconds: rounded(seconds),
  };
}

/** The message of an error, and those of its causes. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const text = error.name === "Error"
    ? error.message
    : `${error.name}: ${error.message}`;
  const cause = error.cause === undefined ? "" : messageOf(error.cause);
  // Some messages already have their cause's.
  return text.includes(cause) ? text : `${text}: ${cause}`;
}

function figuresOf(run: Recording): CellFigures {
  const faulty = run.faultMs !== undefined;
  return {
    calls: run.calls,
    failed: run.failed,
    ambiguous: run.ambiguous,
    firstSuccessMs: faulty ? orNull(run.firstSuccessMs) : null,
    lastFailureMs: faulty ? orNull(run.lastFailureMs) : null,
    longestGapMs: rounded(run.longestGapMs),
    longestCallMs: rounded(run.longestCallMs),
    endedWell: run.endedWell,
    connectionsMax: run.connectionsMax,
    connectionsEnd: run.connectionsEnd,
    dials: run.dials,
    redials: run.redials,
    spread: run.spread,
    writes: run.writes ?? null,
    ...run.watch && { watch: run.watch },
    ...run.lease && { lease: run.lease },
    measures: run.measures,
    errors: run.codes,
    faultMs: orNull(run.faultMs),
    faultEndMs: orNull(run.faultEndMs),
    events: run.events.map((event) => ({
      atMs: rounded(event.atMs),
      kind: event.kind,
      member: event.member ?? null,
      text: event.text ?? null,
    })),
    marks: run.marks.map((mark) => ({
      startMs: rounded(mark.startMs),
      durationMs: rounded(mark.durationMs),
      ok: mark.ok,
      member: mark.member ?? null,
      code: mark.code ?? null,
      maybeCommitted: mark.maybeCommitted,
    })),
  };
}

function orNull(value: number | undefined): number | null {
  return value === undefined ? null : rounded(value);
}

/** To microseconds, or milliseconds of seconds: more is noise in a file. */
function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
