/** From the first to the second, both included. */
export type Range = readonly [least: number, most: number];

/**
 * How long calls of a `PATIENT` client may take: as long as the
 * machine stands still, but not as long as something that gives no answer.
 */
export const PROMPT_MS: Range = [0, 3_000];

/** How many calls may fail. */
export type FailedCalls =
  /** Every one, of at least five. */
  | "all"
  /** One in three, ± 0.1, of at least 30 calls. */
  | "every third"
  | Range;

/** What a run must show; what is not named is not judged. */
export interface Expected {
  readonly failed?: FailedCalls;
  /** Every failed call has one of these codes. */
  readonly codes?: readonly string[];
  /** Connections at the end. */
  readonly connections?: number;
  /** Connections attempted since the fault. */
  readonly redials?: Range;
  /** Which members served: one, or each within 10 % of its share. */
  readonly spread?: "one member" | "even";
  /**
   * The writes: acked ≤ applied ≤ acked + errors, and, as our errors tell
   * which writes were certainly not applied, applied ≤ acked + ambiguous.
   */
  readonly writes?: "at most once";
  /** The longest time from the fault to a success. */
  readonly firstSuccessWithinMs?: number;
  /** From the fault to the last failure; none at all is 0. */
  readonly lastFailureMs?: Range;
  /** How long the longest call took. */
  readonly longestCallMs?: Range;
  /** Whether the last call must have succeeded. */
  readonly endsWell?: true;
  /**
   * When the watch must have delivered everything, once and in order: while
   * the fault lasted, or nothing then and everything afterwards.
   */
  readonly watch?: "during the fault" | "after the fault";
  /** What must have become of the lease. */
  readonly lease?: "kept" | "lost";
  /** What the scenario measures itself, by the words it does so under. */
  readonly measures?: Readonly<Record<string, Range>>;
}

/** What is expected, in a few words. */
export function describeExpected(expected: Expected): string {
  const { failed, connections, spread, writes, firstSuccessWithinMs } =
    expected;
  return [
    failed &&
    (typeof failed === "string"
      ? failed === "all" ? "all fail" : "every third fails"
      : failed[1] === 1
      ? `${span(failed)} ${failed[0] === 1 ? "fails" : "fail"}`
      : `${span(failed)} fail`),
    expected.codes && `failures are ${expected.codes.join(" or ")}`,
    connections !== undefined &&
    counted(connections, "connection", "connections"),
    expected.redials && `${span(expected.redials)} redials`,
    spread && (spread === "even" ? "even spread" : "one member serves"),
    writes && `writes applied ${writes}`,
    firstSuccessWithinMs !== undefined &&
    `a success within ${firstSuccessWithinMs} ms`,
    expected.lastFailureMs &&
    `the last failure after ${span(expected.lastFailureMs)} ms`,
    expected.longestCallMs &&
    `the longest call takes ${span(expected.longestCallMs)} ms`,
    expected.endsWell && "the last call succeeds",
    expected.watch && `every event once, ${expected.watch}`,
    expected.lease && `the lease is ${expected.lease}`,
    ...Object.entries(expected.measures ?? {}).map(([words, range]) =>
      `${span(range)} ${words}`
    ),
  ].filter((text) => typeof text === "string").join(", ");
}

/** `3`, or `3 to 5`. */
export function span([least, most]: Range): string {
  return least === most ? String(least) : `${least} to ${most}`;
}

/** `1 connection`, `2 connections`. */
export function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
