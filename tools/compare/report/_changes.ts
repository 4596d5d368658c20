/** The changes since an earlier result, in words. */
import {
  type CellChange,
  type ChangedAspect,
  type Changes,
  type Span,
  strategyOver,
} from "../result/mod.ts";
import { counted, duration, type Paint, wrap } from "../../output/mod.ts";
import { VERDICT_WORDS } from "./_verdict.ts";

/** `2 of 340 cells have changed`. */
export function changesText({ changed, compared, added }: Changes): string {
  const others = added === 0
    ? ""
    : `; ${counted(added, "cell")} more ${
      added === 1 ? "is" : "are"
    } not in the earlier result`;
  return compared === 0
    ? `No cell can be compared: the earlier result has none of them`
    : `${changed.length} of ${counted(compared, "cell")} ${
      changed.length === 1 ? "has" : "have"
    } changed since the earlier result${others}`;
}

/** The name of a changed cell: `etcd 3.5.16 | adaptive over http2 | #37 …`. */
export function changedName({ etcd, cell }: CellChange): string {
  const { id, title } = cell.scenario;
  return `etcd ${etcd} | ${strategyOver(cell)} | #${id} ${title}`;
}

/** One aspect in words: `failed calls: 33 %, were 3 %`. */
export function aspectText(
  aspect: ChangedAspect,
  { cell, before }: CellChange,
): string {
  switch (aspect.kind) {
    case "verdict":
      return `${VERDICT_WORDS[cell.verdict]}, was ${
        VERDICT_WORDS[before.verdict]
      }`;
    case "lease":
      return "the lease has another fate";
    case "failed":
      return `failed calls: ${shares(aspect.is)}, were ${shares(aspect.was)}`;
    case "late":
      return `late events: ${shares(aspect.is)}, were ${shares(aspect.was)}`;
    case "back":
      return `back after ${times(aspect.is)}, was ${times(aspect.was)}`;
  }
}

/** The changes as lines of the report. */
export function changeLines(
  changes: Changes,
  { columns, paint }: { readonly columns: number; readonly paint: Paint },
): readonly string[] {
  return [
    paint.bold(`${changesText(changes)}`),
    ...changes.changed.flatMap((change) => [
      ...wrap(changedName(change), { width: columns, lead: " ~ " }),
      ...change.aspects.flatMap((aspect) =>
        wrap(aspectText(aspect, change), { width: columns, lead: "     " })
          .map(paint.dim)
      ),
    ]),
  ];
}

function shares(span: Span): string {
  return spanText(span, (share) => `${Math.round(100 * share)} %`);
}

function times(span: Span): string {
  return spanText(span, (ms) => ms === Infinity ? "never" : duration(ms));
}

function spanText(
  [least, most]: Span,
  text: (value: number) => string,
): string {
  return text(least) === text(most)
    ? text(least)
    : `${text(least)} to ${text(most)}`;
}
