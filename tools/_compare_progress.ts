import type { CellHead, CompareCell } from "./_compare_result.ts";
import type { CompareEvent } from "./_compare_run.ts";
import type { Sink } from "./_compare_sink.ts";
import { clip, minutes, type Paint, paintFor } from "./_compare_text.ts";
import { TimeEstimate } from "./_compare_estimate.ts";

/** What progress needs to know. */
export interface ProgressOptions {
  readonly callTimeoutMs: number;
  readonly sink: Sink;
  /** @default {performance.now} */
  readonly nowMs?: () => number;
}

const TICK_MS = 500;
const ERASE_LINE = "\r\x1b[K";
/** Remarks that are no step but must not be overwritten. */
const SHOWN_VERDICTS: ReadonlySet<CompareCell["verdict"]> = new Set([
  "unexpected",
  "threw",
]);

/**
 * Tells a person who waits what is going on: on a terminal one line that is
 * overwritten, elsewhere a line for each step and each cell that has ended.
 */
export class CompareProgress {
  readonly #sink: Sink;
  readonly #paint: Paint;
  readonly #estimate: TimeEstimate;
  readonly #nowMs: () => number;
  readonly #timer: ReturnType<typeof setInterval> | undefined;
  #heads: readonly CellHead[] = [];
  #done = 0;
  #running: { readonly text: string; readonly sinceMs: number } | undefined;
  #inCell = false;
  #isShown = false;

  constructor(options: ProgressOptions) {
    this.#sink = options.sink;
    this.#paint = paintFor(options.sink);
    this.#estimate = new TimeEstimate(options.callTimeoutMs);
    this.#nowMs = options.nowMs ?? (() => performance.now());
    if (this.#sink.isTerminal) {
      this.#timer = setInterval(() => this.tick(), TICK_MS);
    }
  }

  /** Takes note of what happens. */
  onEvent(event: CompareEvent): void {
    switch (event.type) {
      case "step":
        return this.#begin(event.text, "step");
      case "planned":
        this.#heads = event.heads;
        return;
      case "started":
        return this.#begin(
          `${event.head.strategy} | ${nameOf(event.head)}`,
          "cell",
        );
      case "ended":
        return this.#end(event.cell);
    }
  }

  /** Shows the line anew, as time has passed. */
  tick(): void {
    if (!this.#sink.isTerminal || this.#running === undefined) return;
    const { text, sinceMs } = this.#running;
    const seconds = (this.#nowMs() - sinceMs) / 1_000;
    const count = this.#inCell ? `${this.#count()} ` : "";
    const times = [
      seconds < 1 ? "" : ` ${minutes(seconds)}`,
      this.#inCell ? this.#leftText(seconds) : "",
    ].filter(Boolean).join(",");
    this.#isShown = true;
    const room = this.#sink.columns - 1 - count.length - times.length;
    this.#sink.write(
      `${ERASE_LINE}${this.#paint.dim(count)}${clip(`${text} …`, room)}${
        this.#paint.dim(times)
      }`,
    );
  }

  /** A line that stays, whatever else is shown. */
  note(text: string): void {
    this.#erase();
    this.#sink.write(`${text}\n`);
    this.tick();
  }

  /** Takes the line away and ends the clock. Idempotent. */
  close(): void {
    clearInterval(this.#timer);
    this.#running = undefined;
    this.#erase();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #erase(): void {
    if (this.#isShown) this.#sink.write(ERASE_LINE);
    this.#isShown = false;
  }

  #begin(text: string, kind: "step" | "cell"): void {
    this.#inCell = kind === "cell";
    this.#running = { text, sinceMs: this.#nowMs() };
    if (this.#sink.isTerminal) this.tick();
    else if (kind === "step") this.note(text);
  }

  #end(cell: CompareCell): void {
    const seconds = "seconds" in cell ? cell.seconds : 0;
    const count = this.#count();
    this.#done++;
    this.#running = undefined;
    if (cell.verdict !== "skipped") this.#estimate.learn(cell, seconds);
    const isBad = SHOWN_VERDICTS.has(cell.verdict);
    if (this.#sink.isTerminal && !isBad) return;
    const line = `${count} ${cell.strategy} | ${nameOf(cell)}: ${
      outcomeOf(cell)
    }`;
    this.note(isBad ? this.#paint.red(line) : line);
  }

  #count(): string {
    const total = this.#heads.length;
    const digits = String(total).length;
    return `[${String(this.#done + 1).padStart(digits)}/${total}]`;
  }

  #leftText(runningSeconds: number): string {
    const left = this.#estimate.secondsLeft(
      this.#heads.slice(this.#done),
      runningSeconds,
    );
    if (left < 10) return " a few seconds left";
    return left < 60
      ? ` about ${Math.round(left / 10) * 10} s left`
      : ` about ${Math.round(left / 60)} min left`;
  }
}

function nameOf({ scenario }: CellHead): string {
  return `#${scenario.id} ${scenario.title}`;
}

function outcomeOf(cell: CompareCell): string {
  switch (cell.verdict) {
    case "expected":
      return `as expected, ${cell.seconds.toFixed(1)} s`;
    case "unexpected":
      return `not as expected: ${cell.deviations.join("; ")}`;
    case "unjudged":
      return `done, nothing is expected, ${cell.seconds.toFixed(1)} s`;
    case "threw":
      return `failed: ${cell.error}`;
    case "skipped":
      return `skipped: ${cell.reason}`;
    case "not run":
      return "not run";
  }
}
