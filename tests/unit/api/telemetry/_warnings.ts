import process from "node:process";

/** A warning of the process. */
export interface Warned extends Error {
  /** What it was about. */
  readonly detail?: string;
}

/** Collects the process's warnings for a while. */
export class Warnings implements Disposable {
  /** Those so far; they come a turn later than what they are about. */
  readonly seen: Warned[] = [];
  readonly #note = (warning: Error) => this.seen.push(warning);

  constructor() {
    process.on("warning", this.#note);
  }

  [Symbol.dispose](): void {
    process.off("warning", this.#note);
  }
}
