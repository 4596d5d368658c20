/** Scenarios of a test, and what they have recorded. */
import type { Recording } from "../../../scenarios/recording/recording.ts";
import type { Expectation, Scenario } from "../../../scenarios/scenario.ts";

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
    faultClass: "silent",
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
