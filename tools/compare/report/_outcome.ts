/** The outcome of a cell, in few words. */
import type { Expected } from "../../../tests/scenarios/verdict/expected.ts";
import type { CompareCell } from "../result/mod.ts";
import { type Shown, shownOf } from "./_shown.ts";
import { duration } from "../../output/mod.ts";

/** The words for each thing that can be expected, if it was measured. */
const WORDS: Readonly<
  Record<keyof Expected, (shown: Shown) => string | undefined>
> = {
  failed: ({ figures: { calls, failed }, range }) =>
    `${failed}${range("failed")} of ${calls} failed`,
  codes: ({ figures: { errors } }) => Object.keys(errors).join(", "),
  connections: ({ figures: { connectionsEnd }, range }) =>
    `${connectionsEnd}${range("connectionsEnd")} open`,
  redials: ({ figures: { redials }, range }) =>
    `${redials}${range("redials")} redials`,
  spread: ({ figures: { spread } }) => `served ${spread.join("/")}`,
  writes: ({ figures: { writes } }) =>
    writes ? `${writes.acked} acked, ${writes.applied} applied` : undefined,
  firstSuccessWithinMs: ({ figures: { firstSuccessMs: ms }, range }) =>
    ms === null
      ? "never ok"
      : `ok after ${duration(ms)}${range("firstSuccessMs", duration)}`,
  lastFailureMs: ({ figures: { lastFailureMs: ms }, range }) =>
    ms === null
      ? undefined
      : `last failure after ${duration(ms)}${range("lastFailureMs", duration)}`,
  longestCallMs: ({ figures: { longestCallMs: ms }, range }) =>
    `longest call ${duration(ms)}${range("longestCallMs", duration)}`,
  // Told by the calls that failed.
  endsWell: ({ figures: { endedWell } }) =>
    endedWell ? undefined : "the last call failed",
  watch: ({ figures: { watch } }) =>
    watch && [
      `${watch.duringFault} of ${watch.wanted} events during the fault`,
      ...watch.gaps > 0 ? [`${watch.gaps} missing`] : [],
      ...watch.duplicates > 0 ? [`${watch.duplicates} twice`] : [],
    ].join(", "),
  lease: ({ figures: { lease } }) => lease && `lease ${lease}`,
  measures: ({ figures: { measures }, range }) =>
    Object.entries(measures).map(([words, value]) =>
      `${Math.round(value)}${range(`measures.${words}`)} ${words}`
    ).join(", "),
};
const ASPECTS = Object.keys(WORDS) as (keyof Expected)[];

/**
 * The figures of a cell that are judged, or else of its calls; the reason if it
 * was skipped; nothing if it did not get to its end.
 */
export function outcomeWords(cell: CompareCell): string | undefined {
  const [shown] = shownOf(cell);
  if (shown === undefined) {
    return cell.verdict === "skipped" ? cell.reason : undefined;
  }
  const judged = ASPECTS.filter((aspect) =>
    cell.expectation?.ours[aspect] !== undefined
  );
  const { calls, watch, lease } = shown.figures;
  const aspects = judged.length > 0 ? judged : ([
    ...calls > 0 ? ["failed" as const] : [],
    ...watch ? ["watch" as const] : [],
    ...lease ? ["lease" as const] : [],
    "measures",
  ] as const);
  return aspects.map((aspect) => WORDS[aspect](shown)).filter(Boolean)
    .join(", ") || "done";
}
