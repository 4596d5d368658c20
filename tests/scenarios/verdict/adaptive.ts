import type { Scenario } from "../scenario.ts";
import type { Expected } from "./expected.ts";

const NO_SUCH_DESIGN = "has no such design";
/** A read that meets a member that does not answer is answered by another. */
const READS: Expected = { failed: [0, 0], longestCallMs: [0, 600] };
/** A write may be lost there, and the next one goes elsewhere. */
const WRITES: Expected = { failed: [0, 1], endsWell: true };
const EVENTS: Expected = { watch: "during the fault" };

/** What `adaptive` does otherwise than `grpc1.23`, by the number of the fault. */
const OTHERWISE: Readonly<Record<number, Expected>> = {
  // A silent, frozen or isolated member.
  1: WRITES,
  2: WRITES,
  3: WRITES,
  4: READS,
  5: READS,
  6: { ...READS, measures: { "times the pin moved": [0, 0] } },
  7: { ...EVENTS, measures: { "ms until the events": [0, 2_500] } },
  9: WRITES,
  10: EVENTS,
  15: { ...WRITES, measures: { "failed after the thaw": [0, 0] } },
  37: WRITES,
  38: READS,
  39: {
    failed: [0, 0],
    longestCallMs: [0, 1_000],
    measures: { "calls that took over 1 s": [0, 0] },
  },
  43: EVENTS,
  44: EVENTS,
  // The pings of this test, one a second while a question is open, are more
  // than etcd bears: it may end the connection that it does not answer on.
  47: {
    redials: [0, 2],
    lease: "kept",
    measures: { "on the server by then": [1, 1] },
  },
  95: READS,
  // One of the gets is the strategy's own question.
  35: {
    failed: [1, 1],
    codes: ["unavailable"],
    endsWell: true,
    measures: {
      "puts in doubt": [1, 1],
      "puts seen by the server": [1, 1],
      "gets seen by the server": [3, 3],
    },
  },
};

/**
 * Adds what is expected of `adaptive`, which Go's client does not have, unless
 * the scenario says so itself.
 */
export function withAdaptive(scenario: Scenario): Scenario {
  if (scenario.expectations["adaptive"] !== undefined) return scenario;
  const like = scenario.expectations["grpc1.23"];
  const ours = OTHERWISE[scenario.id] ?? like?.ours;
  if (ours === undefined) return scenario;
  const because = OTHERWISE[scenario.id] === undefined
    ? "nothing here is about trust: as grpc1.23"
    : "it leaves a member that does not answer, and asks whether one serves";
  const adaptive = { go: NO_SUCH_DESIGN, ours, because };
  return {
    ...scenario,
    expectations: { ...scenario.expectations, adaptive },
  };
}
