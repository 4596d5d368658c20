import type { Clock } from "../../balancers/transport/mod.ts";
import type { HeartbeatOptions } from "./types.ts";

/** Actions of a heartbeat against silence. */
export interface HeartbeatActions {
  /** Asks the server for a sign of life. */
  ask(): void;
  /** The server has given no sign of life for so long. */
  dead(silentMs: number): void;
}

// Newer servers answer only once every watch of the stream has caught up
// (etcd#15220), which can take long after a start far in the past. They forget
// a question that they do not answer, so it is asked again until they do.
const CATCH_UP_FACTOR = 10;
// An answer says that the watches have caught up. A stream that is busy would
// never be asked for one: it is asked soon, then ever less often.
const WONDER_MS = 1_000;
// A timer that is later than this has been held up by the event loop, and so
// has what came meanwhile.
const LATE_MS = 500;

/** Notices when a stream has died in silence. */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  readonly #clock: Clock;
  readonly #actions: HeartbeatActions;
  #lastSign: number;
  /** The time of a question that nothing has answered yet. */
  #askedAt: number | undefined;
  #catchingUp = true;
  /** Whether anything has come at all. */
  #heard = false;
  /** The newest start of the watches that may have to catch up. */
  #start = 0n;
  /** The newest revision the server is known to have. */
  #revision = 0n;
  #cancel!: () => void;
  #cancelWonder: (() => void) | undefined;

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
    this.#wonderAfter(WONDER_MS);
  }

  /** Any message has arrived, from a store at this revision. */
  alive(revision: bigint): void {
    this.#heard = true;
    this.#lastSign = this.#clock.now();
    if (revision > this.#revision) this.#revision = revision;
    if (this.#askedAt === undefined) return;
    this.#askedAt = undefined;
    this.#cancel();
    this.#lookAfter(this.#options.intervalMs);
  }

  /** A watch has been put on the stream that may have to catch up. */
  catchingUp(startRevision = 0n): void {
    if (startRevision > this.#start) this.#start = startRevision;
    if (this.#catchingUp) return;
    this.#catchingUp = true;
    this.#wonderAfter(WONDER_MS);
  }

  /** An answer has come: every watch of the stream has caught up. */
  caughtUp(): void {
    this.#catchingUp = false;
    this.#start = 0n;
    this.#cancelWonder?.();
  }

  /** Stops looking. */
  close(): void {
    this.#cancel();
    this.#cancelWonder?.();
  }

  /** Asks whether all have caught up, though there is no silence. */
  #wonderAfter(ms: number): void {
    const { intervalMs } = this.#options;
    const waitMs = Math.min(ms, intervalMs);
    this.#cancelWonder = this.#clock.schedule(waitMs, () => {
      this.#wonderAfter(2 * ms);
      // A silent stream is asked anyway.
      if (this.#askedAt === undefined) this.#actions.ask();
    });
  }

  #lookAfter(ms: number): void {
    this.#cancel = this.#clock.schedule(ms, () => {
      const { intervalMs } = this.#options;
      const silentMs = this.#clock.now() - this.#lastSign;
      if (silentMs < intervalMs) return this.#lookAfter(intervalMs - silentMs);
      this.#askedAt = this.#clock.now();
      this.#ask(this.#askedAt);
    });
  }

  #ask(askedAt: number): void {
    this.#actions.ask();
    this.#judge(askedAt);
  }

  #judge(askedAt: number): void {
    const clock = this.#clock;
    const { timeoutMs } = this.#options;
    const dueAt = clock.now() + timeoutMs;
    this.#cancel = clock.schedule(timeoutMs, () => {
      const time = clock.now();
      if (time - dueAt > LATE_MS) this.#judge(askedAt);
      else if (time - askedAt < this.#patienceMs) this.#ask(askedAt);
      else this.#actions.dead(time - this.#lastSign);
    });
  }

  get #patienceMs(): number {
    const { timeoutMs } = this.#options;
    // That a watch was created is answered at once, whatever its start.
    if (!this.#catchingUp || !this.#heard) return timeoutMs;
    // Newer servers cannot answer before they have the start. Until then only
    // the connection's own pings can tell.
    const ahead = this.#revision > 0n && this.#start > this.#revision;
    return ahead ? Infinity : timeoutMs * CATCH_UP_FACTOR;
  }
}
