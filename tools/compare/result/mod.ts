/**
 * The result of a comparison, and the plan it comes of.
 *
 * @module
 */
export { endedRun, messageOf, thrownRun } from "./_cells.ts";
export {
  type CellChange,
  type ChangedAspect,
  type Changes,
  changesBetween,
  type Span,
} from "./_changes.ts";
export { checkWritable, toJson } from "./_json.ts";
export { type CompareLab, readResults } from "./_lab.ts";
export { type Outage, outageOf } from "./_outage.ts";
export { type ComparePlan, type Turn, turnsOf } from "./_plan.ts";
export { figuresOf, isBad, repeated, runsOf } from "./_repeats.ts";
export {
  areTransportsNamed,
  strategiesOf,
  strategiesOver,
  strategyOver,
  transportsOf,
} from "./_strategy_over.ts";
export type {
  CallMark,
  CellEvent,
  CellFigures,
  CellHead,
  CellRepeats,
  CellRun,
  CompareCell,
  CompareResult,
  FigureRange,
  SkippedCell,
} from "./_result.ts";
