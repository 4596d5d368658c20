/** Text for people: colours, wrapping, times, plurals. */

/** Gives text an appearance, or leaves it as it is. */
export interface Paint {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
}

/** The appearances of a terminal, or none. */
export function paintFor({ color }: { readonly color: boolean }): Paint {
  const sgr = (on: number, off: number) => (text: string): string =>
    color && text !== "" ? `\x1b[${on}m${text}\x1b[${off}m` : text;
  return {
    bold: sgr(1, 22),
    dim: sgr(2, 22),
    red: sgr(31, 39),
    green: sgr(32, 39),
  };
}

/** The width and the indent of a wrapped paragraph. */
export interface WrapOptions {
  /** Columns there are, the indent included. */
  readonly width: number;
  /**
   * The text that the first line begins with; its length indents the others.
   */
  readonly lead: string;
}

/** The lines of a paragraph; a word that is too long has one for itself. */
export function wrap(text: string, { width, lead }: WrapOptions): string[] {
  const indent = " ".repeat(lead.length);
  const lines: string[] = [];
  for (const paragraph of text.split("\n")) {
    let line = "";
    for (const word of paragraph.split(" ").filter(Boolean)) {
      const longer = line === "" ? word : `${line} ${word}`;
      if (line !== "" && indent.length + longer.length > width) {
        lines.push(line);
        line = word;
      } else {
        line = longer;
      }
    }
    lines.push(line);
  }
  return lines.map((line, at) =>
    `${at === 0 ? lead : indent}${line}`.trimEnd()
  );
}

/** The text in as many columns as there are, its end left out if need be. */
export function clip(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}

/** A time in at most six columns: `3 ms`, `1.02 s`, `12.3 s`, `123 s`. */
export function duration(ms: number): string {
  if (ms < 0.5) return "<1 ms";
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  const seconds = ms / 1_000;
  return `${seconds.toFixed(seconds < 9.995 ? 2 : seconds < 99.95 ? 1 : 0)} s`;
}

/** A longer time, for people who wait: `40 s`, `2 min 5 s`. */
export function minutes(seconds: number): string {
  const whole = Math.round(seconds);
  const rest = whole % 60;
  if (whole < 60) return `${whole} s`;
  return rest === 0
    ? `${whole / 60} min`
    : `${Math.floor(whole / 60)} min ${rest} s`;
}

/** A number and what it counts: `1 cell`, `3 cells`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
