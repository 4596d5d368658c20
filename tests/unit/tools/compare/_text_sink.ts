import type { Sink } from "../../../../tools/output/_sink.ts";

/** Keeps what is written. */
export class TextSink implements Sink {
  readonly isTerminal: boolean;
  readonly color: boolean;
  readonly columns: number;
  text = "";

  constructor(options: Partial<Pick<Sink, "isTerminal" | "columns">> = {}) {
    this.isTerminal = options.isTerminal ?? false;
    this.columns = options.columns ?? 100;
    this.color = false;
  }

  write(text: string): void {
    this.text += text;
  }
}
