/** The changes between two results, beyond what chance makes. */
import { outageOf } from "./_outage.ts";
import { figuresOf, runsOf } from "./_repeats.ts";
import type { CellFigures, CompareCell, CompareResult } from "./_result.ts";
import { strategyOver } from "./_strategy_over.ts";

/** A cell that is not as it was. */
export interface CellChange {
  /** The version of the server now. */
  readonly etcd: string;
  readonly cell: CompareCell;
  /** The cell in the earlier result. */
  readonly before: CompareCell;
  readonly aspects: readonly ChangedAspect[];
}

/** One aspect of a change: numbers with their range over the runs. */
export type ChangedAspect =
  | { readonly kind: "verdict" }
  | { readonly kind: "lease" }
  | {
    /** The share of failed calls, or of events that came late. */
    readonly kind: "failed" | "late";
    readonly was: Span;
    readonly is: Span;
  }
  | {
    /** The time until calls were back; `Infinity` if they were not. */
    readonly kind: "back";
    readonly was: Span;
    readonly is: Span;
  };

/** The least and the most of a figure. */
export type Span = readonly [least: number, most: number];

/** The outcome of a comparison with an earlier result. */
export interface Changes {
  readonly changed: readonly CellChange[];
  /** The number of cells that both results have. */
  readonly compared: number;
  /** The number of cells that only the new result has, with their figures. */
  readonly added: number;
}

/** Shares that are less apart than this are the same. */
const SHARE_APART = 0.1;
/** Times are the same unless they are so far apart, and by this factor. */
const TIME_APART_MS = 500;
const TIME_FACTOR = 2;

/** Compares the cells of new results with those of earlier ones. */
export function changesBetween(
  before: readonly CompareResult[],
  now: readonly CompareResult[],
): Changes {
  const old = new Map(
    before.flatMap((result) =>
      told(result).map((cell) => [keyOf(cell, result), cell] as const)
    ),
  );
  const pairs = now.flatMap((result) =>
    told(result).map((cell) => ({
      etcd: result.etcd.version,
      cell,
      before: old.get(keyOf(cell, result)),
    }))
  );
  const changed = pairs.flatMap(({ before, ...now }): CellChange[] => {
    if (before === undefined) return [];
    const aspects = changedAspects(before, now.cell);
    return aspects.length === 0 ? [] : [{ ...now, before, aspects }];
  });
  const compared = pairs.filter(({ before }) => before !== undefined).length;
  return { changed, compared, added: pairs.length - compared };
}

function told({ cells }: CompareResult): readonly CompareCell[] {
  return cells.filter(({ verdict }) => verdict !== "not run");
}

/** A cell's name: of a server counts the minor version, as patches follow. */
function keyOf(
  cell: CompareCell,
  { etcd, options }: CompareResult,
): string {
  const [transport = "grpc-js"] = options.transports ?? [];
  const [major, minor] = etcd.version.split(".");
  const over = strategyOver({ transport, ...cell });
  return `${major}.${minor} ${over} #${cell.scenario.id}`;
}

function changedAspects(
  before: CompareCell,
  cell: CompareCell,
): readonly ChangedAspect[] {
  const [was, is] = [before, cell].map((cell) =>
    runsOf(cell).flatMap(figuresOf)
  );
  const apart = (
    kind: "failed" | "late" | "back",
    { of, differ }: {
      readonly of: (run: CellFigures) => number | undefined;
      readonly differ: (least: number, most: number) => boolean;
    },
  ): readonly ChangedAspect[] => {
    const [one, other] = [spanOf(was, of), spanOf(is, of)];
    if (one === undefined || other === undefined) return [];
    const [lower, upper] = one[0] <= other[0] ? [one, other] : [other, one];
    return lower[1] < upper[0] && differ(lower[1], upper[0])
      ? [{ kind, was: one, is: other }]
      : [];
  };
  const differ = (least: number, most: number) => most - least >= SHARE_APART;
  return [
    ...before.verdict === cell.verdict ? [] : [{ kind: "verdict" } as const],
    ...apart("failed", { of: (run) => outageOf(run)?.failedShare, differ }),
    ...apart("late", { of: lateShare, differ }),
    ...apart("back", { of: backAfterMs, differ: timesDiffer }),
    ...leasesDiffer(leaseOf(was), leaseOf(is))
      ? [{ kind: "lease" } as const]
      : [],
  ];
}

function leasesDiffer(was: string | undefined, is: string | undefined) {
  return was !== undefined && is !== undefined && was !== is;
}

function timesDiffer(least: number, most: number): boolean {
  return most - least >= TIME_APART_MS && most >= least * TIME_FACTOR;
}

function spanOf(
  runs: readonly CellFigures[] = [],
  of: (run: CellFigures) => number | undefined,
): Span | undefined {
  const values = runs.map(of).filter((value) => value !== undefined);
  return values.length === 0
    ? undefined
    : [Math.min(...values), Math.max(...values)];
}

function backAfterMs(run: CellFigures): number | undefined {
  const outage = outageOf(run);
  return outage && (outage.backAfterMs ?? Infinity);
}

function lateShare({ watch }: CellFigures): number | undefined {
  if (watch === undefined || watch.wanted === 0) return undefined;
  return 1 - watch.duringFault / watch.wanted;
}

/** The fate of the lease, where all runs agree on it. */
function leaseOf(runs: readonly CellFigures[] = []): string | undefined {
  const fates = new Set(runs.map(({ lease }) => lease));
  return fates.size === 1 ? [...fates][0] : undefined;
}
