import type {
  Clock,
  Dial,
  DownReason,
  Endpoint,
  Transport,
} from "../transport/mod.ts";
import type { ConnectionState, SubConnection } from "../sub_connection.ts";
import type { EndpointView } from "../view.ts";
import { DrainingTransports } from "./_draining.ts";
import { RedialBackoff } from "./_redial_backoff.ts";

/** The parts of a pool that its connections use. */
export interface PooledConnectionContext {
  /** Makes transports. */
  readonly dial: Dial;
  /** The time one dial may take, in milliseconds. */
  readonly dialTimeoutMs: number;
  /** Time and randomness. */
  readonly clock: Clock;
  /** The pool itself. */
  readonly pool: object;
  /** The next pool-wide serial number. */
  nextEpoch(): number;
  /** Called after each dial that is begun. */
  onDial(): void;
  /** Called after each change of state, with the one before. */
  onChange(connection: PooledConnection, before: ConnectionState): void;
}

type State =
  | { readonly name: "idle" | "closed" }
  | { readonly name: "connecting"; readonly transport: Transport }
  | {
    readonly name: "ready";
    readonly transport: Transport;
    readonly sinceMs: number;
  }
  /** Waits until it is dialled again. */
  | { readonly name: "failing"; stopTimer(): void };

/** The connection to one endpoint, over as many transports as it takes. */
export class PooledConnection implements SubConnection {
  readonly endpoint: string;
  readonly #address: Endpoint;
  readonly #context: PooledConnectionContext;
  readonly #backoff: RedialBackoff;
  readonly #draining = new DrainingTransports();
  readonly #onRemoved = new Set<() => void>();
  #state: State = { name: "idle" };
  #epoch = 0;
  #lastDown: DownReason | undefined;

  constructor(address: Endpoint, context: PooledConnectionContext) {
    this.endpoint = address.url;
    this.#address = address;
    this.#context = context;
    this.#backoff = new RedialBackoff(context.clock);
  }

  get state(): ConnectionState {
    return this.#state.name;
  }

  get epoch(): number {
    return this.#epoch;
  }

  get inFlight(): number {
    return this.#newest?.inFlight ?? 0;
  }

  /** Why the last dial failed or the last transport was lost. */
  get lastError(): string | undefined {
    return this.#lastDown?.reason;
  }

  /** The ready transport, if there is one. */
  get transport(): Transport | undefined {
    return this.#state.name === "ready" ? this.#state.transport : undefined;
  }

  /** The number of open sockets, those that are draining included. */
  get sockets(): number {
    return (this.#newest?.sockets ?? 0) + this.#draining.sockets;
  }

  /** Whether nothing is open any more. */
  get gone(): boolean {
    return this.#newest === undefined && this.#draining.empty;
  }

  /** Whether the connection belongs to this pool. */
  isOf(pool: object): boolean {
    return this.#context.pool === pool;
  }

  /** The connection as it is shown to people. */
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
      ...(why?.kind === "package" && { missingPackage: why.name }),
    };
  }

  connect(): void {
    if (this.#state.name === "idle") this.#dial();
  }

  disconnect(): void {
    if (this.#state.name !== "idle") this.#leave("idle", drain);
  }

  /** The endpoint has left the set: drains, and stays closed. */
  remove(): void {
    if (this.#state.name === "closed") return;
    this.#leave("closed", drain);
    // Not now: the pool is amid a change.
    queueMicrotask(() => this.#tellRemoved());
  }

  /** Runs a task once the endpoint has left the set, unless it is called off. */
  onceRemoved(task: () => void): () => void {
    this.#onRemoved.add(task);
    // It has left already: in a moment, as if it had just now.
    if (this.#state.name === "closed") {
      queueMicrotask(() => this.#tellRemoved());
    }
    return () => this.#onRemoved.delete(task);
  }

  /** Ends everything now; resolves when no socket is open any more. */
  shutdown(): Promise<void> {
    this.#leave("closed", (transport) => transport.abort());
    return this.#draining.abort();
  }

  /** The newest transport, if it is not left. */
  get #newest(): Transport | undefined {
    return "transport" in this.#state ? this.#state.transport : undefined;
  }

  #tellRemoved(): void {
    for (const task of this.#onRemoved) task();
    this.#onRemoved.clear();
  }

  #dial(): void {
    const { dial, dialTimeoutMs, onDial } = this.#context;
    const transport: Transport = dial(this.#address, {
      timeoutMs: dialTimeoutMs,
      events: {
        onReady: () => {
          if (this.#newest === transport) this.#ready(transport);
        },
        onDown: (why) => {
          if (this.#newest === transport) this.#down(transport, why);
        },
        onGone: () => this.#draining.delete(transport),
      },
    });
    this.#enter({ name: "connecting", transport });
    onDial();
  }

  #ready(transport: Transport): void {
    const { nextEpoch, clock } = this.#context;
    this.#epoch = nextEpoch();
    this.#backoff.forgetFailures();
    this.#lastDown = undefined;
    this.#enter({ name: "ready", transport, sinceMs: clock.now() });
  }

  #down(transport: Transport, why: DownReason): void {
    const { clock } = this.#context;
    const state = this.#state;
    this.#lastDown = why;
    // Its calls may go on (GOAWAY), and its socket closes a little later.
    this.#draining.add(transport);
    const waitMs = state.name === "ready"
      ? this.#backoff.afterLoss(clock.now() - state.sinceMs)
      : this.#backoff.afterFailure();
    if (waitMs === 0) return this.#dial();
    const stopTimer = clock.schedule(waitMs, () => this.#dial());
    this.#enter({ name: "failing", stopTimer });
  }

  /** Gives up the newest transport, or the wait for the next dial. */
  #leave(name: "idle" | "closed", end: (transport: Transport) => void): void {
    const left = this.#state;
    if (left.name === "closed") return;
    this.#state = { name };
    this.#backoff.forgetFailures();
    if (left.name === "failing") left.stopTimer();
    if ("transport" in left) {
      this.#draining.add(left.transport);
      end(left.transport);
    }
    if (left.name !== name) this.#context.onChange(this, left.name);
  }

  #enter(state: State): void {
    const before = this.#state.name;
    this.#state = state;
    if (before !== state.name) this.#context.onChange(this, before);
  }
}

/** Lets the calls of a transport end by themselves. */
function drain(transport: Transport): void {
  if (transport.ready) transport.drain();
  // One that is still being dialled has nothing to drain.
  else transport.abort();
}
