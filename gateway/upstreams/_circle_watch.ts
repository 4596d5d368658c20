import type { Clock } from "../../balancers/transport/mod.ts";
import type { Connection } from "../network/mod.ts";
import { pause } from "../sockets/mod.ts";
import type { Tunnel } from "../tunnel/mod.ts";
import { CircleCheck } from "./_circle_check.ts";
import type { Upstream } from "./_upstream.ts";

/** Options of a watch. */
export interface CircleWatchOptions {
  readonly clock: Clock;
  /** Ends the watch. */
  readonly signal: AbortSignal;
  /** Connects to an endpoint. */
  dial(upstream: Upstream): Promise<Connection>;
  /** Called for an endpoint that leads back to us. */
  onCircle(upstream: Upstream): void;
}

/** So many connections on which the member has said nothing are suspicious. */
const SILENT_TUNNELS = 32;
/** The time they have for an answer. */
const ANSWER_MS = 100;
/** The time between looks at a suspicious endpoint. */
const LOOK_MS = 500;
/** The longest time until it is checked, at first: others may do so, too. */
const FIRST_WAIT_MS = 600;
const LONGEST_WAIT_MS = 60_000;
// Clients of a suspicious endpoint are held up for a moment, so that a circle
// fills slowly. Those of a check, our own or another's, say nothing.
const SILENT_HOLD_MS = 50;
const HOLD_MS = 250;

/**
 * Notices endpoints that lead back to us by way of other gateways: one client
 * of such a circle becomes more and more connections, and no member answers.
 */
export class CircleWatch {
  readonly #options: CircleWatchOptions;
  readonly #suspicious = new Set<Upstream>();
  /** The time of the next look at those that are not. */
  readonly #lookAtMs = new WeakMap<Upstream, number>();
  readonly #checks = new Set<CircleCheck>();

  constructor(options: CircleWatchOptions) {
    this.#options = options;
  }

  /** Whether it has to hear of clients. */
  get isSuspicious(): boolean {
    return this.#suspicious.size > 0;
  }

  /** Takes note of a client, and of what it says first. */
  onClient(first: Promise<number | null>): void {
    for (const check of this.#checks) check.onClient(first);
  }

  /** Takes note of a connection that was passed on to an endpoint. */
  onTunnel(upstream: Upstream): void {
    if (upstream.tunnels.size < SILENT_TUNNELS) return;
    const nowMs = this.#options.clock.now();
    if (nowMs < (this.#lookAtMs.get(upstream) ?? -Infinity)) return;
    this.#lookAtMs.set(upstream, Infinity);
    void this.#look(upstream);
  }

  /** Holds up a client of an endpoint, by what the client says first. */
  async hold(
    upstream: Upstream,
    first: Promise<number | null> | undefined,
  ): Promise<void> {
    if (!this.#suspicious.has(upstream)) return;
    let speaks = false;
    first?.then(() => speaks = true, () => {});
    await pause(SILENT_HOLD_MS, this.#options);
    if (speaks) await pause(HOLD_MS - SILENT_HOLD_MS, this.#options);
  }

  async #look(upstream: Upstream): Promise<void> {
    const { clock, signal } = this.#options;
    if (await this.#isPiledUp(upstream)) {
      this.#suspicious.add(upstream);
      await this.#suspect(upstream);
      this.#suspicious.delete(upstream);
    }
    if (!signal.aborted) this.#lookAtMs.set(upstream, clock.now() + ANSWER_MS);
  }

  /** Checks an endpoint now and then, until connections do not pile up. */
  async #suspect(upstream: Upstream): Promise<void> {
    const { clock, onCircle } = this.#options;
    let waitMs = FIRST_WAIT_MS;
    let checkAtMs = clock.now() + waitMs * clock.random();
    do {
      const leftMs = checkAtMs - clock.now();
      await pause(Math.min(leftMs, LOOK_MS), this.#options);
      if (leftMs > LOOK_MS) continue;
      if (await this.#leadsBack(upstream)) return onCircle(upstream);
      waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
      checkAtMs = clock.now() + waitMs * clock.random();
    } while (await this.#isPiledUp(upstream));
  }

  async #isPiledUp({ tunnels }: Upstream): Promise<boolean> {
    const silent = [...tunnels].filter(isSilent);
    if (silent.length < SILENT_TUNNELS) return false;
    await pause(ANSWER_MS, this.#options);
    const left = silent.filter((one) => isSilent(one) && tunnels.has(one));
    return left.length >= SILENT_TUNNELS && !this.#options.signal.aborted;
  }

  async #leadsBack(upstream: Upstream): Promise<boolean> {
    const { clock, signal, dial } = this.#options;
    const check = new CircleCheck({
      clock,
      signal,
      dial: () => dial(upstream),
    });
    this.#checks.add(check);
    const leadsBack = await check.run();
    this.#checks.delete(check);
    return leadsBack;
  }
}

function isSilent({ answered }: Tunnel): boolean {
  return !answered;
}
