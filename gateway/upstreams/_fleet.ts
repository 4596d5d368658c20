import type { Clock } from "../../balancers/transport/mod.ts";
import {
  abortLate,
  closeQuietly,
  type SharedTimers,
  withTimeout,
} from "../sockets/mod.ts";
import { CircleWatch } from "./_circle_watch.ts";
import {
  connectTo,
  dialTcp,
  type Through,
  type TimedDialOptions,
} from "../dial/mod.ts";
import { type Names, namesOf, type Target } from "../names/mod.ts";
import type { Connection, Network } from "../network/mod.ts";
import type { ResolvedGatewayOptions } from "../options.ts";
import { Revival } from "./_revival.ts";
import { createSelection } from "../_selection.ts";
import type { Upstream } from "./_upstream.ts";
import { type KnownNames, Upstreams } from "./_upstreams.ts";
import { Watchdog } from "./_watchdog.ts";

/** The endpoints and their health: which one is left out, which is back. */
export class Fleet {
  /** Finds out which endpoints lead back to the gateway by way of others. */
  readonly circles: CircleWatch;
  readonly #options: ResolvedGatewayOptions;
  readonly #clock: Clock;
  readonly #timers: SharedTimers;
  readonly #dial: TimedDialOptions & Through<Connection>;
  readonly #upstreams: Upstreams;
  readonly #revival: Revival;
  readonly #watchdog: Watchdog | undefined;
  readonly #known: KnownNames = {
    isKnown: ({ target }) => this.#dial.names.knows(target.host),
    onUnknown: (upstream) => void this.#lookUp(upstream),
  };
  /** Endpoints whose names are being looked up. */
  readonly #unknown = new Set<Upstream>();

  constructor(
    options: ResolvedGatewayOptions,
    { targets, network, names, clock, timers, signal }: {
      /** The first list. */
      readonly targets: readonly Target[];
      readonly network: Network;
      readonly names: Names;
      readonly clock: Clock;
      readonly timers: SharedTimers;
      /** Ends dials and probes when the gateway closes. */
      readonly signal: AbortSignal;
    },
  ) {
    const timeoutMs = options.dialTimeoutMs;
    this.#options = options;
    this.#clock = clock;
    this.#timers = timers;
    this.#dial = { network, names, timeoutMs, clock, signal };
    const selection = createSelection(options.selection, clock.random);
    this.#upstreams = new Upstreams(selection);
    this.#upstreams.replace(targets);
    this.#revival = new Revival({
      upstreams: this.#upstreams,
      clock,
      retryDelayMs: options.retryDelayMs,
      check: (upstream) => this.#check(upstream),
      onEvent: options.onEvent,
    });
    this.circles = new CircleWatch({
      clock,
      signal,
      dial: ({ target }) => dialTcp(target, this.#dial),
      onCircle: (upstream) => this.#onCircle(upstream),
    });
    this.#watchdog = this.#openWatchdog();
  }

  /** The endpoints in the list. */
  get all(): readonly Upstream[] {
    return this.#upstreams.all;
  }

  /** The endpoint to try next, not one of those `tried`. */
  next(tried: ReadonlySet<Upstream>): Upstream | undefined {
    return this.#upstreams.next(tried, this.#known);
  }

  /** Whether an endpoint is active; if none is, all are tried again first. */
  anyActive(): Promise<boolean> {
    return this.#revival.any();
  }

  /** Opens a connection to an endpoint for a client, which says `first`. */
  async connect(
    upstream: Upstream,
    first?: Promise<number | null>,
  ): Promise<Connection> {
    if (this.circles.isSuspicious) await this.circles.hold(upstream, first);
    if (upstream.state === "excluded") throw leadsBack();
    this.#dial.signal.throwIfAborted();
    const startMs = this.#clock.now();
    const { timeoutMs } = this.#dial;
    const dial = new AbortController();
    const { signal } = dial;
    const what = `connect to ${upstream.address}`;
    const limit = { what, timeoutMs, clock: this.#timers };
    const cancelTimer = abortLate(dial, limit);
    upstream.dialing.add(dial);
    try {
      const options = { ...this.#dial, signal };
      const member = await connectTo(upstream.target, options);
      upstream.connected(this.#clock.now() - startMs);
      return member;
    } finally {
      upstream.dialing.delete(dial);
      cancelTimer();
    }
  }

  /** Whether an endpoint is in the list. */
  has(upstream: Upstream): boolean {
    return this.all.includes(upstream);
  }

  /** Leaves out an endpoint that could not be reached, or is unwell. */
  onDown(upstream: Upstream, error: Error): void {
    // An endpoint that has left the list meanwhile is of no concern.
    if (!this.has(upstream) || !upstream.deactivate(error)) return;
    const retryMs = this.#revival.add(upstream);
    const endpoint = upstream.address;
    this.#options.onEvent({ type: "deactivated", endpoint, error, retryMs });
    this.#eject(upstream);
  }

  /** Leaves out an endpoint that leads back to the gateway, for good. */
  exclude(upstream: Upstream): void {
    upstream.exclude(leadsBack());
    const endpoint = upstream.address;
    this.#options.onEvent({ type: "excluded", endpoint });
  }

  /** Replaces the list, and tells of the changes. */
  replace(targets: readonly Target[]): void {
    const { left, added } = this.#upstreams.replace(targets);
    this.#revival.onEndpoints();
    for (const upstream of left) {
      this.#giveUpDials(upstream);
      this.#eject(upstream);
    }
    if (left.length + added.length === 0) return;
    this.#options.onEvent({
      type: "endpoints",
      endpoints: namesOf(this.all),
      added: namesOf(added),
      removed: namesOf(left),
    });
  }

  /** Ends probes, dials and new attempts. */
  close(): void {
    for (const upstream of this.all) this.#giveUpDials(upstream);
    this.#watchdog?.close();
    this.#revival.close();
  }

  #openWatchdog(): Watchdog | undefined {
    const { probe, probeIntervalMs } = this.#options;
    if (probe === undefined) return undefined;
    return new Watchdog({
      upstreams: this.#upstreams,
      clock: this.#clock,
      intervalMs: probeIntervalMs,
      check: (upstream) => this.#probe(upstream),
      onUnwell: (upstream, error) => this.onDown(upstream, error),
      onLastUnwell: () => this.#revival.hurry(),
    });
  }

  /** Looks up the name of an endpoint, so that it can be used again. */
  async #lookUp(upstream: Upstream): Promise<void> {
    if (this.#unknown.has(upstream)) return;
    this.#unknown.add(upstream);
    const { names, signal } = this.#dial;
    const { host } = upstream.target;
    try {
      await withTimeout(
        { what: `look up ${host}`, ...this.#dial },
        (signal) => names.addresses(host, signal),
      );
    } catch (error) {
      if (!signal.aborted) this.onDown(upstream, error as Error);
    } finally {
      this.#unknown.delete(upstream);
    }
  }

  /** Ends what goes round, not what a member has answered. */
  #onCircle(upstream: Upstream): void {
    if (!this.has(upstream)) return;
    this.exclude(upstream);
    this.#giveUpDials(upstream);
    for (const tunnel of upstream.tunnels) {
      if (!tunnel.answered) tunnel.close();
    }
  }

  #giveUpDials({ dialing }: Upstream): void {
    for (const dial of dialing) dial.abort();
  }

  #eject(upstream: Upstream): void {
    if (!this.#options.closeEjected) return;
    for (const tunnel of upstream.tunnels) tunnel.close();
  }

  /** Whether an inactive endpoint can be used again. */
  async #check(upstream: Upstream): Promise<void> {
    closeQuietly(await dialTcp(upstream.target, this.#dial));
    await this.#probe(upstream);
  }

  async #probe({ address }: Upstream): Promise<void> {
    const { probe } = this.#options;
    if (probe === undefined) return;
    await withTimeout(
      { what: `probe ${address}`, ...this.#dial },
      (signal) => probe(address, signal),
    );
  }
}

function leadsBack(): Error {
  return new Error("it leads back to this gateway");
}
