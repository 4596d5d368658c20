import type { Clock } from "../../balancers/_clock.ts";

interface Task {
  readonly atMs: number;
  readonly run: () => void;
}

/** A clock that stands still until it is told to go on. */
export class FakeClock implements Clock {
  readonly random: () => number;
  #nowMs = 0;
  readonly #tasks = new Set<Task>();

  constructor(options: { readonly random?: () => number } = {}) {
    this.random = options.random ?? (() => 0.5);
  }

  /** How many tasks are scheduled. */
  get pending(): number {
    return this.#tasks.size;
  }

  now(): number {
    return this.#nowMs;
  }

  schedule(ms: number, task: () => void): () => void {
    const entry = { atMs: this.#nowMs + ms, run: task };
    this.#tasks.add(entry);
    return () => this.#tasks.delete(entry);
  }

  hold(ms: number, task: () => void): () => void {
    return this.schedule(ms, task);
  }

  /** Lets time pass, running what falls due in its order and at its time. */
  advance(ms: number): void {
    const untilMs = this.#nowMs + ms;
    for (let task = this.#next(untilMs); task; task = this.#next(untilMs)) {
      this.#tasks.delete(task);
      this.#nowMs = task.atMs;
      task.run();
    }
    this.#nowMs = untilMs;
  }

  /** Lets time pass in which nothing runs; what fell due runs late, now. */
  stall(ms: number): void {
    const untilMs = this.#nowMs + ms;
    this.#nowMs = untilMs;
    const due = [...this.#tasks].filter(({ atMs }) => atMs <= untilMs)
      .sort((a, b) => a.atMs - b.atMs);
    for (const task of due) {
      if (this.#tasks.delete(task)) task.run();
    }
  }

  #next(untilMs: number): Task | undefined {
    let next: Task | undefined;
    for (const task of this.#tasks) {
      if (task.atMs > untilMs) continue;
      if (next === undefined || task.atMs < next.atMs) next = task;
    }
    return next;
  }
}

/** Reproducible numbers from 0 up to 1 (the mulberry32 recurrence). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b_79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}
