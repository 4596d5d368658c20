/**
 * A result as text and Markdown.
 *
 * @module
 */
export { type Column, NOTHING, placeColumns } from "./_columns.ts";
export { checkMarks, putSummary, renderMarkdown } from "./_markdown.ts";
export { ORIGINS, renderReport, verdictText } from "./_report.ts";
export { shownOf } from "./_shown.ts";
export { VERDICT_MARKS } from "./_table.ts";
