import type { Clock } from "../../balancers/transport/mod.ts";

interface Entry {
  readonly dueMs: number;
  readonly task: () => void;
}

/** The entries of one length: the first is due first. */
interface Queue {
  readonly entries: Set<Entry>;
  cancelTimer: (() => void) | undefined;
}

/**
 * Timers for what nearly always ends before its time, such as a dial: those of
 * one length share one of the clock, which is only set when it rang for the
 * one before. They ring when they are due, as others do.
 */
export class SharedTimers implements Pick<Clock, "schedule" | "hold"> {
  readonly #clock: Pick<Clock, "now" | "schedule">;
  readonly #queues = new Map<number, Queue>();

  constructor(clock: Pick<Clock, "now" | "schedule">) {
    this.#clock = clock;
  }

  /** Runs a task after `ms` milliseconds; returns what cancels it. */
  schedule(ms: number, task: () => void): () => void {
    let queue = this.#queues.get(ms);
    if (queue === undefined) {
      queue = { entries: new Set(), cancelTimer: undefined };
      this.#queues.set(ms, queue);
    }
    const { entries } = queue;
    const entry = { dueMs: this.#clock.now() + ms, task };
    entries.add(entry);
    if (queue.cancelTimer === undefined) this.#arm(queue, ms);
    return () => entries.delete(entry);
  }

  /** The same: whoever dials keeps the process alive without it. */
  hold(ms: number, task: () => void): () => void {
    return this.schedule(ms, task);
  }

  /** Cancels all of them. */
  close(): void {
    for (const { cancelTimer } of this.#queues.values()) cancelTimer?.();
    this.#queues.clear();
  }

  #arm(queue: Queue, ms: number): void {
    queue.cancelTimer = this.#clock.schedule(ms, () => {
      queue.cancelTimer = undefined;
      const nowMs = this.#clock.now();
      for (const entry of queue.entries) {
        if (entry.dueMs > nowMs) {
          this.#arm(queue, entry.dueMs - nowMs);
          break;
        }
        queue.entries.delete(entry);
        entry.task();
      }
    });
  }
}
