import { type Clock, onAbort } from "../../balancers/transport/mod.ts";
import { closeQuietly, withTimeout } from "../sockets/mod.ts";
import { dialTcp, type TimedDialOptions } from "../dial/mod.ts";
import { type Names, namesOf, type Target } from "../names/mod.ts";
import type { ResolvedGatewayOptions } from "../options.ts";
import { Revival } from "./_revival.ts";
import { createSelection } from "../_selection.ts";
import type { Upstream } from "./_upstream.ts";
import { Upstreams } from "./_upstreams.ts";
import { Watchdog } from "./_watchdog.ts";

/** The endpoints and their health: which one is left out, which is back. */
export class Fleet {
  readonly #options: ResolvedGatewayOptions;
  readonly #clock: Clock;
  readonly #dial: TimedDialOptions;
  readonly #upstreams: Upstreams;
  readonly #revival: Revival;
  readonly #watchdog: Watchdog | undefined;
  /** Endpoints whose names are being looked up. */
  readonly #unknown = new Set<Upstream>();

  constructor(
    options: ResolvedGatewayOptions,
    { targets, names, clock, signal }: {
      /** The first list. */
      readonly targets: readonly Target[];
      readonly names: Names;
      readonly clock: Clock;
      /** Ends dials and probes when the gateway closes. */
      readonly signal: AbortSignal;
    },
  ) {
    const timeoutMs = options.dialTimeoutMs;
    this.#options = options;
    this.#clock = clock;
    this.#dial = { names, timeoutMs, clock, signal };
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
    if (options.probe === undefined) return;
    this.#watchdog = new Watchdog({
      upstreams: this.#upstreams,
      clock,
      intervalMs: options.probeIntervalMs,
      check: (upstream) => this.#probe(upstream),
      onUnwell: (upstream, error) => this.onDown(upstream, error),
      onLastUnwell: () => this.#revival.hurry(),
    });
  }

  /** The endpoints in the list. */
  get all(): readonly Upstream[] {
    return this.#upstreams.all;
  }

  /** The endpoint to try next, not one of those `tried`. */
  next(tried: ReadonlySet<Upstream>): Upstream | undefined {
    const { names } = this.#dial;
    return this.#upstreams.next(tried, {
      isKnown: ({ target }) => names.knows(target.host),
      onUnknown: (upstream) => void this.#lookUp(upstream),
    });
  }

  /** Whether an endpoint is active; if none is, all are tried again first. */
  anyActive(): Promise<boolean> {
    return this.#revival.any();
  }

  /** Opens a connection to an endpoint, for a client. */
  async connect(upstream: Upstream): Promise<Deno.TcpConn> {
    const startMs = this.#clock.now();
    const ended = new AbortController();
    const giveUp = () => ended.abort();
    upstream.dialing.add(giveUp);
    const unlink = onAbort(this.#dial.signal, giveUp);
    try {
      const member = await dialTcp(upstream.target, {
        ...this.#dial,
        signal: ended.signal,
      });
      upstream.connected(this.#clock.now() - startMs);
      return member;
    } finally {
      upstream.dialing.delete(giveUp);
      unlink();
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

  /** Replaces the list, and tells of the changes. */
  replace(targets: readonly Target[]): void {
    const { left, added } = this.#upstreams.replace(targets);
    this.#revival.onEndpoints();
    for (const upstream of left) {
      for (const giveUp of upstream.dialing) giveUp();
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

  /** Ends probes and new attempts. */
  close(): void {
    this.#watchdog?.close();
    this.#revival.close();
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
