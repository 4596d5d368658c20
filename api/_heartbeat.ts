import type { Clock } from "../balancers/_clock.ts";
import type { HeartbeatOptions } from "./watch_types.ts";

/** What a heartbeat does about silence. */
export interface HeartbeatActions {
  /** Asks the server for a sign of life. */
  ask(): void;
  /** The server has given none. */
  dead(silentMs: number): void;
}

// Newer servers answer only once every watch of the stream has caught up
// (etcd#15220), which can take long after a start far in the past.
const CATCH_UP_FACTOR = 10;
// A timer that is later than this has been held up by the event loop, and so
// has what came meanwhile.
const LATE_MS = 500;

/** Notices when a stream has died in silence. */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  readonly #clock: Clock;
  readonly #actions: HeartbeatActions;
  #lastSign: number;
  /** When the question was asked that nothing has answered yet. */
  #askedAt: number | undefined;
  #catchingUp = true;
  #cancel!: () => void;

  constructor(
    options: HeartbeatOptions,
    clock: Clock,
    actions: HeartbeatActions,
  ) {
    this.#options = options;
    this.#clock = clock;
    this.#actions = actions;
    this.#lastSign = clock.now();
    this.#lookAfter(options.intervalMs);
  }

  /** A message has arrived, whatever it says. */
  alive(): void {
    this.#lastSign = this.#clock.now();
    if (this.#askedAt === undefined) return;
    this.#askedAt = undefined;
    this.#cancel();
    this.#lookAfter(this.#options.intervalMs);
  }

  /** A watch has been put on the stream that may have to catch up. */
  catchingUp(): void {
    this.#catchingUp = true;
  }

  /** An answer has come: every watch of the stream has caught up. */
  caughtUp(): void {
    this.#catchingUp = false;
  }

  /** Stops looking. */
  close(): void {
    this.#cancel();
  }

  #lookAfter(ms: number): void {
    this.#cancel = this.#clock.schedule(ms, () => {
      const { intervalMs, timeoutMs } = this.#options;
      const silentMs = this.#clock.now() - this.#lastSign;
      if (silentMs < intervalMs) return this.#lookAfter(intervalMs - silentMs);
      this.#askedAt = this.#clock.now();
      this.#actions.ask();
      this.#judgeAfter(timeoutMs, this.#askedAt);
    });
  }

  #judgeAfter(ms: number, askedAt: number): void {
    const clock = this.#clock;
    const dueAt = clock.now() + ms;
    this.#cancel = clock.schedule(ms, () => {
      const { timeoutMs } = this.#options;
      const time = clock.now();
      const leftMs = askedAt - time +
        timeoutMs * (this.#catchingUp ? CATCH_UP_FACTOR : 1);
      if (time - dueAt > LATE_MS) this.#judgeAfter(timeoutMs, askedAt);
      else if (leftMs > 0) this.#judgeAfter(leftMs, askedAt);
      else this.#actions.dead(time - this.#lastSign);
    });
  }
}
