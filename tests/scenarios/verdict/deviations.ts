import { counted, type Expected, type Range, span } from "./expected.ts";
import type { Recording } from "../recording/recording.ts";

const MEMBERS = 3;
const ENOUGH_FOR_ALL = 5;
const ENOUGH_FOR_THIRD = 30;
const ENOUGH_FOR_EVEN = 300;

/** Where a run differs from what is expected, a sentence each. */
export function deviations(run: Recording, expected: Expected): string[] {
  return [
    failed(run, expected),
    codes(run, expected),
    connections(run, expected),
    outside("redials since the fault", run.redials, expected.redials),
    spread(run, expected),
    ...writes(run, expected),
    firstSuccess(run, expected),
    outside(
      "ms from the fault to the last failure",
      run.lastFailureMs ?? 0,
      expected.lastFailureMs,
    ),
    outside(
      "ms for the longest call",
      run.longestCallMs,
      expected.longestCallMs,
    ),
    expected.endsWell && !run.endedWell ? "the last call failed" : undefined,
    ...watch(run, expected),
    lease(run, expected),
    ...measures(run, expected),
  ].filter((text) => text !== undefined);
}

function outside(
  words: string,
  got: number | undefined,
  want: Range | undefined,
): string | undefined {
  if (want === undefined) return;
  if (got === undefined) return `no ${words} were counted`;
  if (got >= want[0] && got <= want[1]) return;
  return `${Math.round(got * 10) / 10} ${words}, not ${span(want)}`;
}

function failed({ calls, failed }: Recording, { failed: want }: Expected) {
  if (want === undefined) return;
  const got = `${failed} of ${calls} calls failed`;
  if (want === "all") {
    return failed === calls && calls >= ENOUGH_FOR_ALL
      ? undefined
      : `${got}, not all of at least ${ENOUGH_FOR_ALL}`;
  }
  if (want === "every third") {
    return calls >= ENOUGH_FOR_THIRD &&
        Math.abs(MEMBERS * failed - calls) <= MEMBERS * calls / 10
      ? undefined
      : `${got}, not every third of at least ${ENOUGH_FOR_THIRD}`;
  }
  const [least, most] = want;
  if (failed >= least && failed <= most && calls > 0) return;
  return `${got}, not ${span(want)}`;
}

function codes(run: Recording, { codes: want }: Expected) {
  const others = Object.keys(run.codes).filter((code) => !want?.includes(code));
  if (want === undefined || others.length === 0) return;
  return `calls failed with ${others.join(", ")}, not ${want.join(" or ")}`;
}

function connections(run: Recording, { connections: want }: Expected) {
  if (want === undefined || run.connectionsEnd === want) return;
  const got = counted(run.connectionsEnd, "connection", "connections");
  return `${got} at the end, not ${want}`;
}

function spread({ spread }: Recording, { spread: want }: Expected) {
  if (want === undefined) return;
  const total = spread.reduce((sum, served) => sum + served, 0);
  if (want === "one member") {
    const serving = spread.filter((served) => served > 0).length;
    if (serving === 1) return;
    return `served by ${serving} members (${spread.join("/")}), not one`;
  }
  const share = total / MEMBERS;
  const even = total >= ENOUGH_FOR_EVEN && spread.length === MEMBERS &&
    spread.every((served) => Math.abs(served - share) <= share / 10);
  return even ? undefined : `served unevenly: ${spread.join("/")}`;
}

function writes(run: Recording, { writes: want }: Expected): string[] {
  if (want === undefined) return [];
  if (run.writes === undefined) return ["the writes were not counted"];
  const { acked, applied } = run.writes;
  const texts: string[] = [];
  if (acked === 0) texts.push("no write was acked");
  if (applied < acked) texts.push(`${acked} acked, only ${applied} applied`);
  if (applied > acked + run.failed) {
    texts.push(
      `${applied} applied, but ${acked} acked and ${run.failed} failed`,
    );
  }
  if (applied > acked + run.ambiguous) {
    texts.push(
      `${applied} applied, but ${acked} acked and ${run.ambiguous} in doubt`,
    );
  }
  return texts;
}

function firstSuccess(
  { firstSuccessMs }: Recording,
  { firstSuccessWithinMs: limit }: Expected,
) {
  if (limit === undefined) return;
  if (firstSuccessMs !== undefined && firstSuccessMs <= limit) return;
  const got = firstSuccessMs === undefined
    ? "never"
    : `after ${Math.round(firstSuccessMs)} ms`;
  return `first success ${got}, not within ${limit} ms`;
}

function watch(run: Recording, { watch: want }: Expected): string[] {
  if (want === undefined) return [];
  if (run.watch === undefined) return ["the events were not counted"];
  const { wanted, duringFault, gaps, duplicates } = run.watch;
  const texts: string[] = [];
  if (wanted === 0) texts.push("no event was to be delivered");
  if (gaps > 0) texts.push(`${gaps} of ${wanted} events are missing`);
  if (duplicates > 0) {
    texts.push(`${duplicates} events came twice or out of order`);
  }
  if (want === "during the fault" && duringFault < wanted) {
    texts.push(`${duringFault} of ${wanted} events came during the fault`);
  }
  if (want === "after the fault" && duringFault > 0) {
    texts.push(`${duringFault} events came during the fault, not none`);
  }
  return texts;
}

function lease({ lease: got }: Recording, { lease: want }: Expected) {
  if (want === undefined || got === want) return;
  return `the lease is ${got ?? "not looked at"}, not ${want}`;
}

function measures(run: Recording, { measures: want = {} }: Expected) {
  return Object.entries(want).map(([words, range]) =>
    outside(words, run.measures[words], range)
  );
}
