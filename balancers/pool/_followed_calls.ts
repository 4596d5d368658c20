import type { Clock } from "../transport/mod.ts";
import type { LateCall } from "../evidence.ts";
import type { SubConnection } from "../sub_connection.ts";
import { Bag, type Placed } from "./_bag.ts";

/** A call or stream that runs, and the ways in which a strategy moves it. */
export interface FollowedCall extends Placed {
  /** The connection it runs on. */
  readonly connection: SubConnection;
  /** The epoch that connection had when it started. */
  readonly epoch: number;
  /** The method. */
  readonly method: string;
  /** When it counts as late, on the pool's clock; `Infinity` for never. */
  readonly lateAtMs: number;
  /** Whether it may run a second time at once. */
  repeatable(): boolean;
  /** Runs it a second time. */
  again(): void;
  /** Ends it, to go on elsewhere, if it can. */
  leave(): void;
}

/** The time between two looks for late calls, while any may be. */
const TICK_MS = 25;
/**
 * A look that is later than this was held up by an event loop that stood still,
 * and so were the answers: those that came meanwhile have their turn first.
 */
const STALL_MS = 25;

/** The calls and streams that a strategy may move: knows which are late. */
export class FollowedCalls {
  readonly #clock: Clock;
  readonly #tell: (late: LateCall) => "wait" | "again";
  /** The calls that may be late. */
  readonly #timed = new Bag<FollowedCall>();
  readonly #others = new Bag<FollowedCall>();
  #stopTimer: (() => void) | undefined;

  /** `tell` asks the strategy what to do about a late call. */
  constructor(clock: Clock, tell: (late: LateCall) => "wait" | "again") {
    this.#clock = clock;
    this.#tell = tell;
  }

  /** Follows a call, until {@linkcode remove}. */
  add(call: FollowedCall): void {
    if (call.lateAtMs === Infinity) return this.#others.add(call);
    this.#timed.add(call);
    if (this.#stopTimer === undefined) this.#lookLater();
  }

  /** Follows it no longer; nothing if it is not followed. */
  remove(call: FollowedCall): void {
    if (!this.#timed.remove(call)) this.#others.remove(call);
  }

  /** Has what runs on a connection leave it, as far as it can. */
  vacate(connection: SubConnection): void {
    for (const call of [...this.#timed.items, ...this.#others.items]) {
      if (call.connection === connection) call.leave();
    }
  }

  /** Follows nothing any more. */
  close(): void {
    this.#stopTimer?.();
    this.#timed.clear();
    this.#others.clear();
  }

  #lookLater(): void {
    const dueAt = this.#clock.now() + TICK_MS;
    this.#stopTimer = this.#clock.schedule(TICK_MS, () => {
      this.#stopTimer = undefined;
      const now = this.#clock.now();
      if (now - dueAt <= STALL_MS) this.#look(now);
      if (this.#timed.items.length > 0 && this.#stopTimer === undefined) {
        this.#lookLater();
      }
    });
  }

  #look(now: number): void {
    for (const call of this.#timed.items.filter((one) => one.lateAtMs <= now)) {
      // One that has ended meanwhile, as another one was told of, is not late.
      if (!this.#timed.remove(call)) continue;
      this.#others.add(call);
      const { connection, epoch, method } = call;
      const repeatable = call.repeatable();
      const said = this.#tell({ connection, epoch, method, repeatable });
      if (said === "again" && repeatable) call.again();
    }
  }
}
