import {
  backoffMs,
  type BackoffPolicy,
  CONNECTION_BACKOFF,
} from "../../errors/backoff.ts";
import type {
  Clock,
  Dial,
  DownReason,
  Endpoint,
  Transport,
} from "../transport/mod.ts";
import type { ConnectionState, SubConnection } from "../strategy.ts";
import type { EndpointView } from "../view.ts";

/** What a sub-connection needs of its pool. */
export interface SubConnectionContext {
  /** Makes transports. */
  readonly dial: Dial;
  /** How long one dial may take, in milliseconds. */
  readonly dialTimeoutMs: number;
  /** Time and randomness. */
  readonly clock: Clock;
  /** The pool it belongs to. */
  readonly pool: object;
  /** The next pool-wide serial number. */
  nextEpoch(): number;
  /** Called after each dial that is begun. */
  onDial(): void;
  /** Called after each change of state, with the one before. */
  onChange(connection: PooledConnection, before: ConnectionState): void;
}

// A connection that is lost again at once is not worth redialling without any
// wait: that would be a busy loop. One that lasted is redialled at once.
const SHORT_LIFE_MS = 1_000;
const SHORT_LIFE_BACKOFF: BackoffPolicy = {
  initialMs: 5,
  multiplier: 1.6,
  maxMs: 1_000,
  jitter: 0.2,
};

/** The connection to one endpoint, over as many transports as it takes. */
export class PooledConnection implements SubConnection {
  readonly endpoint: string;
  readonly #address: Endpoint;
  readonly #context: SubConnectionContext;
  readonly #draining = new Set<Transport>();
  #state: ConnectionState = "idle";
  #epoch = 0;
  #transport: Transport | undefined;
  #lastDown: DownReason | undefined;
  #failures = 0;
  #shortLives = 0;
  #readyAt = 0;
  #cancelRetry: (() => void) | undefined;
  #onGone: (() => void) | undefined;
  readonly #onRemoved = new Set<() => void>();

  constructor(address: Endpoint, context: SubConnectionContext) {
    this.endpoint = address.url;
    this.#address = address;
    this.#context = context;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get epoch(): number {
    return this.#epoch;
  }

  get inFlight(): number {
    return this.#transport?.inFlight ?? 0;
  }

  /** Why the last dial failed or the last transport was lost. */
  get lastError(): string | undefined {
    return this.#lastDown?.reason;
  }

  /** The ready transport, if there is one. */
  get transport(): Transport | undefined {
    return this.#state === "ready" ? this.#transport : undefined;
  }

  /** How many sockets it holds open, those that are draining included. */
  get sockets(): number {
    let sockets = this.#transport?.sockets ?? 0;
    for (const transport of this.#draining) sockets += transport.sockets;
    return sockets;
  }

  /** Whether nothing of it is left. */
  get gone(): boolean {
    return this.#transport === undefined && this.#draining.size === 0;
  }

  /** Whether it belongs to this pool. */
  isOf(pool: object): boolean {
    return this.#context.pool === pool;
  }

  /** What it would tell a person. */
  view(): EndpointView {
    const { endpoint, state, inFlight, lastError } = this;
    const why = this.#lastDown;
    return {
      endpoint,
      state,
      inFlight,
      lastError,
      ...(why?.kind === "tls" && { tlsFault: why.fault }),
      ...(why?.kind === "permission" && { missingPermission: why.flag }),
    };
  }

  connect(): void {
    if (this.#state === "idle") this.#dial();
  }

  disconnect(): void {
    if (this.#state === "idle" || this.#state === "closed") return;
    this.#release("drain");
    this.#setState("idle");
  }

  /** The endpoint has left the set: drains, and stays closed. */
  remove(): void {
    if (this.#state === "closed") return;
    this.#release("drain");
    this.#setState("closed");
    // Not now: the pool is amid a change.
    queueMicrotask(() => this.#tellRemoved());
  }

  /** Runs a task once the endpoint has left the set, unless it is called off. */
  onceRemoved(task: () => void): () => void {
    this.#onRemoved.add(task);
    // It has left already: in a moment, as if it had just now.
    if (this.#state === "closed") queueMicrotask(() => this.#tellRemoved());
    return () => this.#onRemoved.delete(task);
  }

  /** Ends everything now; resolves when no socket is open any more. */
  shutdown(): Promise<void> {
    this.#release("abort");
    this.#setState("closed");
    for (const transport of this.#draining) transport.abort();
    if (this.#draining.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onGone = resolve);
  }

  #tellRemoved(): void {
    for (const task of this.#onRemoved) task();
    this.#onRemoved.clear();
  }

  #dial(): void {
    const { dial, dialTimeoutMs, onDial } = this.#context;
    const transport: Transport = dial(this.#address, dialTimeoutMs, {
      onReady: () => {
        if (this.#transport === transport) this.#ready();
      },
      onDown: (why) => {
        if (this.#transport === transport) this.#down(why);
      },
      onGone: () => this.#forget(transport),
    });
    this.#transport = transport;
    this.#draining.delete(transport);
    this.#setState("connecting");
    onDial();
  }

  #ready(): void {
    this.#epoch = this.#context.nextEpoch();
    this.#failures = 0;
    this.#readyAt = this.#context.clock.now();
    this.#lastDown = undefined;
    this.#setState("ready");
  }

  #down(why: DownReason): void {
    const wasReady = this.#state === "ready";
    this.#lastDown = why;
    // Its calls may go on (GOAWAY), and its socket closes a little later.
    this.#release("keep");
    const waitMs = wasReady ? this.#lossWaitMs() : this.#failureWaitMs();
    if (waitMs === 0) return this.#dial();
    this.#cancelRetry = this.#context.clock.schedule(waitMs, () => {
      this.#cancelRetry = undefined;
      this.#dial();
    });
    this.#setState("failing");
  }

  #failureWaitMs(): number {
    const { random } = this.#context.clock;
    this.#failures++;
    return backoffMs(CONNECTION_BACKOFF, this.#failures, random);
  }

  #lossWaitMs(): number {
    const { clock } = this.#context;
    if (clock.now() - this.#readyAt >= SHORT_LIFE_MS) this.#shortLives = 0;
    const waitMs = this.#shortLives === 0
      ? 0
      : backoffMs(SHORT_LIFE_BACKOFF, this.#shortLives, clock.random);
    this.#shortLives++;
    return waitMs;
  }

  #release(how: "drain" | "abort" | "keep"): void {
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
    const transport = this.#transport;
    this.#transport = undefined;
    if (how !== "keep") this.#failures = 0;
    if (transport === undefined) return;
    this.#draining.add(transport);
    // One that is still being dialled has nothing to drain.
    if (how === "abort" || (how === "drain" && !transport.ready)) {
      transport.abort();
    } else if (how === "drain") transport.drain();
  }

  #forget(transport: Transport): void {
    this.#draining.delete(transport);
    if (this.#draining.size === 0) this.#onGone?.();
  }

  #setState(state: ConnectionState): void {
    const before = this.#state;
    if (before === state) return;
    this.#state = state;
    this.#context.onChange(this, before);
  }
}
