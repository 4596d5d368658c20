import { SYSTEM_CLOCK } from "../balancers/_clock.ts";
import { closeQuietly } from "./_close_quietly.ts";
import { type DialLimits, dialTcp } from "./_dial.ts";
import type { ResolvedGatewayOptions } from "./options.ts";
import { Revival } from "./_revival.ts";
import { createSelection } from "./_selection.ts";
import { namesOf, type Target } from "./_target.ts";
import type { Upstream } from "./_upstream.ts";
import { Upstreams } from "./_upstreams.ts";
import { Watchdog } from "./_watchdog.ts";
import { within } from "./_within.ts";

/** The endpoints and their health: who is left out, and who is back. */
export class Fleet {
  readonly #options: ResolvedGatewayOptions;
  readonly #limits: DialLimits;
  readonly #upstreams: Upstreams;
  readonly #revival: Revival;
  readonly #watchdog: Watchdog | undefined;

  constructor(
    options: ResolvedGatewayOptions,
    { targets, signal }: {
      /** The first list. */
      readonly targets: readonly Target[];
      /** Ends dials and probes when the gateway closes. */
      readonly signal: AbortSignal;
    },
  ) {
    const clock = SYSTEM_CLOCK;
    this.#options = options;
    this.#limits = { timeoutMs: options.dialTimeoutMs, signal };
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

  /** Those in the list. */
  get all(): readonly Upstream[] {
    return this.#upstreams.all;
  }

  /** The endpoint to try next, not one of those `tried`. */
  next(tried: ReadonlySet<Upstream>): Upstream | undefined {
    return this.#upstreams.next(tried);
  }

  /** Whether one is active, after all were tried again if none was. */
  anyActive(): Promise<boolean> {
    return this.#revival.any();
  }

  /** Opens a connection to an endpoint, for a client. */
  async connect(upstream: Upstream): Promise<Deno.TcpConn> {
    const startMs = performance.now();
    const member = await dialTcp(upstream.target, this.#limits);
    upstream.connected(performance.now() - startMs);
    return member;
  }

  /** An endpoint that was active could not be reached, or is unwell. */
  onDown(upstream: Upstream, error: Error): void {
    // One that has left the list meanwhile is nobody's concern any more.
    if (!this.all.includes(upstream) || !upstream.deactivate(error)) return;
    const retryMs = this.#revival.add(upstream);
    const endpoint = upstream.address;
    this.#options.onEvent({ type: "deactivated", endpoint, error, retryMs });
    this.#eject(upstream);
  }

  /** Replaces the list, and tells. */
  replace(targets: readonly Target[]): void {
    const { left, added } = this.#upstreams.replace(targets);
    this.#revival.onEndpoints();
    for (const upstream of left) this.#eject(upstream);
    if (left.length + added.length === 0) return;
    this.#options.onEvent({
      type: "endpoints",
      endpoints: namesOf(this.all),
      added: namesOf(added),
      removed: namesOf(left),
    });
  }

  /** Stops looking after them. */
  close(): void {
    this.#watchdog?.close();
    this.#revival.close();
  }

  #eject(upstream: Upstream): void {
    if (!this.#options.closeEjected) return;
    for (const tunnel of upstream.tunnels) tunnel.close();
  }

  /** Whether an inactive endpoint can be used again. */
  async #check(upstream: Upstream): Promise<void> {
    closeQuietly(await dialTcp(upstream.target, this.#limits));
    await this.#probe(upstream);
  }

  async #probe({ address }: Upstream): Promise<void> {
    const { probe } = this.#options;
    if (probe === undefined) return;
    const what = `probe ${address}`;
    await within(
      { what, ...this.#limits },
      (signal) => probe(address, signal),
    );
  }
}
