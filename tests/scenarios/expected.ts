import type { Recording } from "./recorder.ts";

/** How many calls may fail. */
export type FailedCalls =
  /** Every one, of at least five. */
  | "all"
  /** One in three, ± 0.1, of at least 30 calls. */
  | "every third"
  /** A number from the first to the second. */
  | readonly [least: number, most: number];

/** What a run must show; what is not named is not judged. */
export interface Expected {
  readonly failed?: FailedCalls;
  /** Connections at the end. */
  readonly connections?: number;
  /** Which members served: one, or each within 10 % of its share. */
  readonly spread?: "one member" | "even";
  /**
   * The writes: acked ≤ applied ≤ acked + errors, and, as our errors tell
   * which writes were certainly not applied, applied ≤ acked + ambiguous.
   */
  readonly writes?: "at most once";
  /** The longest time from the fault to a success. */
  readonly firstSuccessWithinMs?: number;
  /** Whether the last call must have succeeded. */
  readonly endsWell?: true;
  /**
   * When the watch must have delivered everything, once and in order: while
   * the fault lasted, or nothing then and everything afterwards.
   */
  readonly watch?: "during the fault" | "after the fault";
  /** What must have become of the lease. */
  readonly lease?: "kept" | "lost";
}

const MEMBERS = 3;
const ENOUGH_FOR_ALL = 5;
const ENOUGH_FOR_THIRD = 30;
const ENOUGH_FOR_EVEN = 300;

/** Where a run differs from what is expected, a sentence each. */
export function deviations(run: Recording, expected: Expected): string[] {
  return [
    failed(run, expected),
    connections(run, expected),
    spread(run, expected),
    ...writes(run, expected),
    firstSuccess(run, expected),
    expected.endsWell && !run.endedWell ? "the last call failed" : undefined,
    ...watch(run, expected),
    lease(run, expected),
  ].filter((text) => text !== undefined);
}

/** What is expected, in a few words. */
export function describeExpected(expected: Expected): string {
  const { failed, connections, spread, writes, firstSuccessWithinMs } =
    expected;
  return [
    failed &&
    (typeof failed === "string"
      ? failed === "all" ? "all fail" : "every third fails"
      : failed[0] === failed[1]
      ? counted(failed[0], "fails", "fail")
      : `${failed[0]} to ${failed[1]} fail`),
    connections !== undefined &&
    counted(connections, "connection", "connections"),
    spread && (spread === "even" ? "even spread" : "one member serves"),
    writes && `writes applied ${writes}`,
    firstSuccessWithinMs !== undefined &&
    `a success within ${firstSuccessWithinMs} ms`,
    expected.endsWell && "the last call succeeds",
    expected.watch && `every event once, ${expected.watch}`,
    expected.lease && `the lease is ${expected.lease}`,
  ].filter((text) => typeof text === "string").join(", ");
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
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
  return `${got}, not ${least === most ? least : `${least} to ${most}`}`;
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
