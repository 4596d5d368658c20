/** The outcome of a cell, as its callers saw it: the colours of the summary. */
import {
  type CellFigures,
  type CompareCell,
  figuresOf,
} from "../result/mod.ts";
import { VERDICT_WORDS } from "../report/mod.ts";
import { counted } from "../../output/mod.ts";

/**
 * The part of the calls that failed; `quiet`: nothing was called that could.
 */
export type Outcome = "quiet" | "none" | "few" | "many" | "all" | "absent";

/** A cell in a word and a few. */
export interface Headline {
  readonly outcome: Outcome;
  readonly text: string;
}

/** The sign of each outcome, since colour alone tells nothing to some. */
export const OUTCOMES: Readonly<
  Record<Outcome, { readonly sign: string; readonly meaning: string }>
> = {
  none: { sign: "○", meaning: "nothing failed" },
  few: { sign: "◔", meaning: "up to one in ten failed" },
  many: { sign: "◑", meaning: "more than that failed" },
  all: { sign: "●", meaning: "nothing succeeded while the fault lasted" },
  quiet: { sign: "·", meaning: "nothing was called that could fail" },
  absent: { sign: "–", meaning: "no figures" },
};

const FEW = 0.1;
const WORST_LAST: readonly Outcome[] = [
  "absent",
  "quiet",
  "none",
  "few",
  "many",
  "all",
];

/** The headline of a cell. */
export function headlineOf(cell: CompareCell): Headline {
  const [figures] = figuresOf(cell);
  if (figures === undefined) {
    return { outcome: "absent", text: VERDICT_WORDS[cell.verdict] };
  }
  const parts = partsOf(figures);
  if (parts.length === 0) {
    const [measure] = Object.entries(figures.measures);
    return {
      outcome: "quiet",
      text: measure === undefined
        ? counted(figures.connectionsEnd, "connection")
        : `${Math.round(measure[1])} ${measure[0]}`,
    };
  }
  // Where there is no fault, the question is who served.
  const served = cell.scenario.fault === "none" && figures.calls > 1
    ? [`served ${figures.spread.join("/")}`]
    : [];
  return {
    outcome:
      WORST_LAST.findLast((outcome) =>
        parts.some((part) => part.outcome === outcome)
      ) ?? "quiet",
    text: [...parts.map(({ text }) => text), ...served].join(", "),
  };
}

function partsOf(
  { calls, failed, watch, lease }: CellFigures,
): readonly Headline[] {
  const parts: Headline[] = [];
  if (calls > 0) {
    parts.push({
      outcome: byShare(failed / calls),
      text: `${failed} of ${calls} failed`,
    });
  }
  if (watch !== undefined) {
    const { wanted, duringFault, gaps, duplicates } = watch;
    const late = wanted - duringFault;
    parts.push({
      outcome: gaps + duplicates > 0
        ? "many"
        : byShare(wanted === 0 ? 0 : late / wanted),
      text: [
        `${duringFault} of ${counted(wanted, "event")} in time`,
        ...gaps > 0 ? [`${gaps} lost`] : [],
        ...duplicates > 0 ? [`${duplicates} repeated`] : [],
      ].join(", "),
    });
  }
  if (lease !== undefined) {
    parts.push({
      outcome: lease === "kept" ? "none" : "all",
      text: `lease ${lease}`,
    });
  }
  return parts;
}

function byShare(failing: number): Outcome {
  if (failing === 0) return "none";
  if (failing === 1) return "all";
  return failing <= FEW ? "few" : "many";
}
