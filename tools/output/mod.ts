/**
 * Text for people: on the terminal and in Markdown files.
 *
 * @module
 */
export { type Marks, putBetweenMarks } from "./_between_marks.ts";
export { markdownTable } from "./_markdown_table.ts";
export { note, print } from "./_print.ts";
export { measuredWith, type Runtime, thisRuntime } from "./_runtime.ts";
export { processSink, type Sink } from "./_sink.ts";
export {
  clip,
  counted,
  duration,
  minutes,
  type Paint,
  paintFor,
  wrap,
} from "./_text.ts";
export { UsageError } from "./_usage.ts";
export { userPath } from "./_user_path.ts";
