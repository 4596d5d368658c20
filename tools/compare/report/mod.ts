/**
 * A result as text and Markdown.
 *
 * @module
 */
export {
  aspectText,
  changedName,
  changeLines,
  changesText,
} from "./_changes.ts";
export { type Column, NOTHING, toldColumns } from "./_columns.ts";
export { checkMarks, putSummary, renderMarkdown } from "./_markdown.ts";
export { transportRemarks } from "./_transport_remarks.ts";
export { originsIn, originWords } from "./_origins.ts";
export { renderReport } from "./_report.ts";
export {
  type ClassScore,
  scoredStrategies,
  scoresOf,
  type StrategyScore,
  typicalMs,
} from "./_scores.ts";
export { shownOf } from "./_shown.ts";
export {
  CHOOSING_URL,
  STRATEGIES_ORIGIN,
  type StrategyNote,
  strategyNotes,
} from "./_strategies.ts";
export { AS_EXPECTED, VERDICT_WORDS, verdictText } from "./_verdict.ts";
