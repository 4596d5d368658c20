import type { PoolView } from "../strategy.ts";
import type { Activity } from "./_activity.ts";
import type { Inquiries } from "./_inquiries.ts";
import type { Members } from "./_members.ts";

// The interval grows to this with the quiet of a connection: a thousand
// clients that only watch ask 444 times a second then, and each still notices
// a fault within 3 s: 2.5 s until it asks, 0.4 s until it is sure.
const QUIET_MS = 2_250;
// The interval is this share of the quiet: it begins to grow after half a
// minute, and has grown after one.
const QUIET_SHARE = 1 / 25;
// Clients that lost a member at one time are not to ask the next in step.
const JITTER = 0.1;
// Who is due within this share of its interval is asked now.
const EARLY = 0.2;

/** The wiring of {@linkcode Patrol}. */
export interface PatrolSettings {
  /** Time and randomness. */
  readonly pool: PoolView;
  /** The members. */
  readonly members: Members;
  /** Whether the client is in use. */
  readonly activity: Activity;
  /** Asks one. */
  readonly inquiries: Inquiries;
  /** The interval while a connection is in use, in milliseconds. */
  readonly watchMs: number;
}

/**
 * Asks the members that carry something, unless the answers of calls are proof
 * that they serve. With nothing to watch over it has no timer.
 */
export class Patrol {
  readonly #settings: PatrolSettings;
  #atMs = Infinity;
  #cancel: () => void = () => {};

  constructor(settings: PatrolSettings) {
    this.#settings = settings;
  }

  /** Begins, and goes on until the client is at rest. */
  begin(): void {
    this.#wait(this.#settings.watchMs);
  }

  /** There is something new to watch over. */
  hasten(): void {
    const { pool, watchMs } = this.#settings;
    if (this.#atMs - pool.now() > watchMs * (1 + JITTER)) this.begin();
  }

  #wait(ms: number): void {
    const { pool, activity } = this.#settings;
    const spread = 1 - JITTER + 2 * JITTER * pool.random();
    const mark = activity.mark;
    this.#cancel();
    this.#atMs = pool.now() + ms * spread;
    this.#cancel = pool.schedule(ms * spread, () => {
      if (activity.idleSince(mark)) activity.sleep();
      else this.#wait(this.#look());
    });
  }

  /** Asks those that are due; returns the time until the next one is. */
  #look(): number {
    const { pool, members, inquiries, watchMs } = this.#settings;
    const now = pool.now();
    let waitMs = watchMs;
    let carrying = false;
    for (const member of members.all) {
      if (!member.judged || member.connection.inFlight === 0) continue;
      const intervalMs = this.#intervalMs(now - member.usedAtMs);
      const leftMs = member.provenAtMs + intervalMs - now;
      const due = leftMs <= EARLY * intervalMs;
      if (due) inquiries.ask(member);
      const nextMs = due ? intervalMs : leftMs;
      waitMs = carrying ? Math.min(waitMs, nextMs) : nextMs;
      carrying = true;
    }
    return waitMs;
  }

  #intervalMs(quietMs: number): number {
    const { watchMs } = this.#settings;
    const grown = Math.min(quietMs * QUIET_SHARE, QUIET_MS);
    return Math.max(grown, watchMs);
  }
}
