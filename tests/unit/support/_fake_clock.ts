import TinyQueue from "tinyqueue";
import type { Clock } from "../../../balancers/transport/_clock.ts";

interface Task {
  readonly atMs: number;
  /** Of those at one time the first goes first. */
  readonly order: number;
  readonly run: () => void;
}

const byTime = (one: Task, other: Task) =>
  one.atMs - other.atMs || one.order - other.order;

/** A clock that stands still until it is told to go on. */
export class FakeClock implements Clock {
  readonly random: () => number;
  #nowMs = 0;
  readonly #tasks = new Set<Task>();
  /** The same, the next one first, and some that were canceled. */
  readonly #queue = new TinyQueue<Task>([], byTime);
  #orders = 0;

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
    const order = this.#orders++;
    const entry = { atMs: this.#nowMs + ms, order, run: task };
    this.#tasks.add(entry);
    this.#queue.push(entry);
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
      .sort(byTime);
    for (const task of due) {
      if (this.#tasks.delete(task)) task.run();
    }
  }

  #next(untilMs: number): Task | undefined {
    for (let next = this.#queue.peek(); next; next = this.#queue.peek()) {
      if (next.atMs > untilMs) return undefined;
      this.#queue.pop();
      if (this.#tasks.has(next)) return next;
    }
    return undefined;
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
