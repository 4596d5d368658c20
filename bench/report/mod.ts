/**
 * A result, and its place in `docs/measured/`.
 *
 * @module
 */
export { nameOf, rangeText } from "./_tables.ts";
export { BENCH_MARKS, FLEET_MARKS, STM_MARKS, VIEW_MARKS } from "./marks.ts";
export { putReport } from "./put_report.ts";
export { renderReport } from "./report.ts";
export type { BenchResult, Measured } from "./result.ts";
export { type Spread, spread } from "./statistics.ts";
