/** Lines of a file between which a command writes. */
export interface Marks {
  readonly begin: string;
  readonly end: string;
}

/**
 * A text with the summary in place of what stands between the marks.
 *
 * @throws {Error} If it has not exactly one of each, in that order.
 */
export function putBetweenMarks(
  text: string,
  { marks, summary }: { readonly marks: Marks; readonly summary: string },
): string {
  const [before, rest, ...more] = text.split(marks.begin);
  const [, after, ...evenMore] = rest?.split(marks.end) ?? [];
  if (after === undefined || more.length > 0 || evenMore.length > 0) {
    throw new Error(
      `Cannot place the summary: no single ${marks.begin} before a ${marks.end}`,
    );
  }
  return `${before}${marks.begin}\n\n${summary}\n${marks.end}${after}`;
}
