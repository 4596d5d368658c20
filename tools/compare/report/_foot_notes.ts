import type { CellHead, CompareResult } from "../result/mod.ts";

/** A remark on cells whose expectation is not what Go's client does. */
export interface FootNote {
  readonly mark: string;
  readonly text: string;
}

const DIGITS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** The reasons why expectations differ from Go's figures, each told once. */
export class FootNotes {
  readonly #marks = new Map<string, string>();

  constructor({ cells }: CompareResult) {
    for (const cell of cells) {
      const text = textOf(cell);
      if (text === undefined || this.#marks.has(text)) continue;
      const number = String(this.#marks.size + 1);
      this.#marks.set(
        text,
        number.replaceAll(/\d/g, (at) => DIGITS[+at] ?? at),
      );
    }
  }

  /** The mark of a cell; empty where there is nothing to say. */
  markOf(head: CellHead): string {
    return this.#marks.get(textOf(head) ?? "") ?? "";
  }

  /** All of them, in the order of their numbers. */
  all(): readonly FootNote[] {
    return [...this.#marks].map(([text, mark]) => ({ mark, text }));
  }
}

function textOf({ expectation }: CellHead): string | undefined {
  if (expectation?.because === undefined) return undefined;
  const { go, text, because } = expectation;
  return `Go's client: ${go}; expected here: ${text}, because ${because}`;
}
