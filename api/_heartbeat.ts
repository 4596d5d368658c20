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
  #catchingUp = true;
  #cancel: () => void;

  constructor(
    options: HeartbeatOptions,
    clock: Clock,
    actions: HeartbeatActions,
  ) {
    this.#options = options;
    this.#clock = clock;
    this.#actions = actions;
    this.#lastSign = clock.now();
    this.#cancel = clock.schedule(options.intervalMs, this.#look);
  }

  /** A message has arrived, whatever it says. */
  alive(): void {
    this.#lastSign = this.#clock.now();
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

  readonly #look = (): void => {
    const { intervalMs, timeoutMs } = this.#options;
    const silentMs = this.#silentMs();
    if (silentMs < intervalMs) {
      this.#cancel = this.#clock.schedule(intervalMs - silentMs, this.#look);
      return;
    }
    this.#actions.ask();
    const patienceMs = timeoutMs * (this.#catchingUp ? CATCH_UP_FACTOR : 1);
    const dueAt = this.#clock.now() + patienceMs;
    this.#cancel = this.#clock.schedule(patienceMs, () => {
      const silentMs = this.#silentMs();
      const late = this.#clock.now() - dueAt > LATE_MS;
      if (late || silentMs < patienceMs) return this.#look();
      this.#actions.dead(silentMs);
    });
  };

  #silentMs(): number {
    return this.#clock.now() - this.#lastSign;
  }
}
