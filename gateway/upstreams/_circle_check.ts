import type { Clock } from "../../balancers/transport/mod.ts";
import type { Connection } from "../network/mod.ts";
import { closeQuietly, pause } from "../sockets/mod.ts";

/** Options of a check. */
export interface CircleCheckOptions {
  readonly clock: Pick<Clock, "random" | "hold">;
  /** Ends the check, as one that found nothing. */
  readonly signal: AbortSignal;
  /** Connects to the endpoint in question. */
  dial(): Promise<Connection>;
}

// Rounds that show it count for it, others against it, until one side leads.
const LEAD_FOR = 4;
const LEAD_AGAINST = 3;
// The number of connections of a round is drawn.
const LEAST_CONNECTIONS = 12;
const MOST_CONNECTIONS = 20;
/** The time that they have to come back. */
const COME_MS = 200;
/** The most that they stay for no other reason than chance. */
const CHANCE_MS = 80;
/** The time that their end has to come back. */
const END_MS = 60;

/**
 * Finds out whether an endpoint leads back to us by way of other gateways.
 *
 * No byte may be written into a connection, so ours are known again by their
 * pattern: as many clients that say nothing come to us as connections were
 * opened to the endpoint, and as many of those end right after ours have ended,
 * but not in the time before. Other clients would have to do so by chance, in
 * several rounds; another gateway that checks as well may spoil some.
 */
export class CircleCheck {
  readonly #options: CircleCheckOptions;
  /** Clients that have come since ours, and said nothing. */
  readonly #silent = new Set<Promise<number | null>>();
  #isOpen = false;
  /** The number of those that have ended. */
  #ended = 0;

  constructor(options: CircleCheckOptions) {
    this.#options = options;
  }

  /** Takes note of a client, and of what it says first. */
  onClient(first: Promise<number | null>): void {
    if (!this.#isOpen) return;
    this.#silent.add(first);
    const onSize = (size: number | null) => {
      if (this.#silent.delete(first) && size === null) this.#ended++;
    };
    first.then(onSize, () => onSize(null));
  }

  /** Whether the endpoint leads back to us. */
  async run(): Promise<boolean> {
    let lead = 0;
    while (lead < LEAD_FOR && lead > -LEAD_AGAINST) {
      if (this.#options.signal.aborted) return false;
      lead += await this.#comeBack() ? 1 : -1;
    }
    return lead > 0;
  }

  async #comeBack(): Promise<boolean> {
    const { clock, dial } = this.#options;
    const spread = MOST_CONNECTIONS - LEAST_CONNECTIONS;
    const count = LEAST_CONNECTIONS + Math.floor(clock.random() * spread);
    this.#silent.clear();
    this.#isOpen = true;
    const dials = await Promise.allSettled(Array.from({ length: count }, dial));
    let before: number;
    try {
      await this.#endedIn(COME_MS);
      this.#isOpen = false;
      if (this.#silent.size < count) return false;
      await this.#endedIn(clock.random() * CHANCE_MS);
      before = await this.#endedIn(END_MS);
    } finally {
      for (const one of dials) {
        if (one.status === "fulfilled") closeQuietly(one.value);
      }
    }
    const after = await this.#endedIn(END_MS);
    return after >= count && after > 2 * before;
  }

  /** The number of silent clients that end in a time. */
  async #endedIn(ms: number): Promise<number> {
    this.#ended = 0;
    await pause(ms, this.#options);
    return this.#ended;
  }
}
