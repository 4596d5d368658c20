import { type EstimateOptions, TimeEstimate } from "./_estimate.ts";
import {
  type CellHead,
  type CompareCell,
  isBad,
  runsOf,
  strategyOver,
  type Turn,
} from "../result/mod.ts";
import type { CompareEvent } from "./_run.ts";
import {
  clip,
  minutes,
  type Paint,
  paintFor,
  type Sink,
} from "../../output/mod.ts";

/** The settings of the progress. */
export interface ProgressOptions extends EstimateOptions {
  readonly sink: Sink;
  /** @default {performance.now} */
  readonly nowMs?: () => number;
}

const TICK_MS = 500;
const ERASE_LINE = "\r\x1b[K";

interface Running {
  readonly turn: Turn;
  readonly sinceMs: number;
}

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
  #waiting: readonly Turn[] = [];
  #total = 0;
  #done = 0;
  /** The cells that run, the one that has done so for longest first. */
  #running: readonly Running[] = [];
  #step: { readonly text: string; readonly sinceMs: number } | undefined;
  #isShown = false;

  constructor(options: ProgressOptions) {
    this.#sink = options.sink;
    this.#paint = paintFor(options.sink);
    this.#estimate = new TimeEstimate(options);
    this.#nowMs = options.nowMs ?? (() => performance.now());
    if (this.#sink.isTerminal) {
      this.#timer = setInterval(() => this.tick(), TICK_MS);
    }
  }

  /** Takes note of what happens. */
  onEvent(event: CompareEvent): void {
    switch (event.type) {
      case "step":
        this.#step = { text: event.text, sinceMs: this.#nowMs() };
        if (this.#sink.isTerminal) return this.tick();
        return this.note(event.text);
      case "planned":
        this.#total = event.total;
        this.#done = event.total - event.turns.length;
        this.#waiting = event.turns;
        return;
      case "started":
        return this.#begin(event.turn);
      case "ended":
        return this.#end(event.turn, event.cell);
    }
  }

  /** Shows the line anew, as time has passed. */
  tick(): void {
    if (!this.#sink.isTerminal) return;
    const [first, ...others] = this.#running;
    const shown = this.#step ?? first;
    if (shown === undefined) return;
    const isCell = this.#step === undefined;
    const seconds = (this.#nowMs() - shown.sinceMs) / 1_000;
    const count = isCell ? `${this.#count()} ` : "";
    const times = [
      seconds < 1 ? "" : ` ${minutes(seconds)}`,
      isCell && others.length > 0 ? ` ${others.length} more` : "",
      isCell ? this.#leftText() : "",
    ].filter(Boolean).join(",");
    const text = "text" in shown
      ? shown.text
      : `${strategyOver(shown.turn.head)} | ${nameOf(shown.turn.head)}`;
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
    this.#running = [];
    this.#step = undefined;
    this.#erase();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #erase(): void {
    if (this.#isShown) this.#sink.write(ERASE_LINE);
    this.#isShown = false;
  }

  #begin(turn: Turn): void {
    this.#step = undefined;
    this.#waiting = this.#waiting.filter((waiting) => waiting !== turn);
    this.#running = [...this.#running, { turn, sinceMs: this.#nowMs() }];
    this.tick();
  }

  #end(turn: Turn, cell: CompareCell): void {
    const seconds = secondsOf(cell);
    const count = this.#count();
    this.#done++;
    this.#running = this.#running.filter((running) => running.turn !== turn);
    if (cell.verdict !== "skipped") this.#estimate.learn(turn, seconds);
    if (this.#sink.isTerminal && !isBad(cell)) return;
    const line = `${count} ${strategyOver(cell)} | ${nameOf(cell)}: ${
      outcomeOf(cell)
    }`;
    this.note(isBad(cell) ? this.#paint.red(line) : line);
  }

  #count(): string {
    const digits = String(this.#total).length;
    return `[${String(this.#done + 1).padStart(digits)}/${this.#total}]`;
  }

  #leftText(): string {
    const nowMs = this.#nowMs();
    const left = this.#estimate.secondsLeft(
      this.#waiting,
      this.#running.map(({ turn, sinceMs }) => ({
        turn,
        seconds: (nowMs - sinceMs) / 1_000,
      })),
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

function secondsOf(cell: CompareCell): number {
  return runsOf(cell).reduce((sum, { seconds }) => sum + seconds, 0);
}

function outcomeOf(cell: CompareCell): string {
  const runs = runsOf(cell);
  const some = runs.length > 1
    ? ` in ${runs.filter(isBad).length || runs.length} of ${runs.length} runs`
    : "";
  switch (cell.verdict) {
    case "expected":
      return `as expected${some}, ${secondsOf(cell).toFixed(1)} s`;
    case "unexpected":
      return `not as expected${some}: ${cell.deviations.join("; ")}`;
    case "unjudged":
      return `done, nothing is expected${some}, ${
        secondsOf(cell).toFixed(1)
      } s`;
    case "threw":
      return `failed${some}: ${cell.error}`;
    case "skipped":
      return `skipped: ${cell.reason}`;
    case "not run":
      return "not run";
  }
}
