import type * as grpc from "@grpc/grpc-js";
import {
  type Clock,
  type Dial,
  dialReason,
  type DialSettings,
  type DownReason,
  type Endpoint,
  type RequestBytes,
  type RunningCall,
  type RunningStream,
  type StreamOptions,
  timeoutReason,
  type Transport,
  type TransportEvents,
  type UnaryOptions,
  unreachedReason,
} from "../transport/mod.ts";
import { GrpcCalls } from "./_calls.ts";
import {
  connect,
  type GrpcDialOptions,
  LINGER_MS,
  openChannel,
} from "./_channel.ts";
import type { Capture } from "./_capture.ts";

// How long the peer of a connection that is no longer used may take to end it.
const CLOSE_MS = 1_000;

/** Makes one grpc-js channel per dial; throws what `tls.serverName` throws. */
export function grpcDial(options: GrpcDialOptions): Dial {
  return (endpoint, settings) =>
    new GrpcTransport(endpoint, { ...settings, ...options });
}

type Phase =
  | { readonly name: "dialing"; stopTimer(): void }
  | { readonly name: "ready" }
  /** The channel is closed in a moment. */
  | { readonly name: "ending" }
  /** Waits for its calls, then for its sockets, which the timer closes. */
  | { readonly name: "closing"; stopTimer?: () => void }
  | { readonly name: "gone" };

/**
 * Known, and not to be cured from outside of `node:http2`: a GOAWAY with an
 * error code ends the calls that run, also those the server would have answered.
 */
class GrpcTransport implements Transport {
  readonly #events: TransportEvents;
  readonly #endpoint: Endpoint;
  readonly #channel: grpc.Channel;
  readonly #capture: Capture;
  readonly #calls: GrpcCalls;
  readonly #clock: Clock;
  #phase: Phase;

  constructor(endpoint: Endpoint, options: GrpcDialOptions & DialSettings) {
    const { timeoutMs, events, clock } = options;
    this.#events = events;
    this.#endpoint = endpoint;
    this.#clock = clock;
    const opened = openChannel(endpoint, options, {
      clock,
      ready: () => this.#becomeReady(),
      down: (reason) => this.#goDown(reason),
      maxStreams: () => events.onStreams?.(),
      socketClosed: () => this.#checkGone(),
    });
    this.#channel = opened.channel;
    this.#capture = opened.capture;
    this.#calls = new GrpcCalls(opened.channel, () => {
      events.onStreams?.();
      this.#checkGone();
    });
    const stopTimer = clock.schedule(timeoutMs, () => {
      this.#lose(timeoutReason(timeoutMs, this.#capture));
    });
    this.#phase = { name: "dialing", stopTimer };
    // Not now: the owner does not have this object yet.
    queueMicrotask(() => {
      if (this.#phase.name === "dialing") connect(this.#channel);
    });
  }

  get ready(): boolean {
    return this.#phase.name === "ready";
  }

  get inFlight(): number {
    return this.#calls.size;
  }

  get maxStreams(): number {
    return this.#capture.maxStreams;
  }

  get freeStreams(): number {
    return this.#capture.maxStreams - this.#calls.size;
  }

  get sockets(): number {
    return this.#capture.open;
  }

  unary(
    path: string,
    request: RequestBytes,
    options: UnaryOptions,
  ): RunningCall {
    return this.#calls.unary(path, request, options);
  }

  stream(path: string, options: StreamOptions): RunningStream {
    return this.#calls.stream(path, options);
  }

  drain(): void {
    this.#end();
  }

  abort(): void {
    this.#end();
    this.#calls.cancel();
    this.#capture.destroy();
  }

  #becomeReady(): void {
    if (this.#phase.name !== "dialing") return;
    // grpc-js does not tell of one that came with the first SETTINGS.
    const { goaway } = this.#capture;
    if (goaway !== undefined) {
      return this.#lose(`connected, but the server said ${goaway} at once`);
    }
    this.#phase.stopTimer();
    this.#phase = { name: "ready" };
    this.#events.onReady();
  }

  #goDown(reason: string): void {
    if (this.#phase.name !== "dialing") {
      const { goaway } = this.#capture;
      return this.#lose(goaway ? `the server said ${goaway}` : reason);
    }
    const { secure } = this.#endpoint;
    const { connected } = this.#capture;
    const why = dialReason(reason, { connected, secure });
    if (!connected) return this.#fail(unreachedReason(this.#endpoint, why));
    if (!secure) return this.#lose(why);
    this.#capture.explain().then((failure) => {
      if (failure === undefined) return this.#lose(why);
      const reason = `connected, but ${failure.reason}`;
      const { fault } = failure;
      if (fault === undefined) this.#lose(reason);
      else this.#fail({ kind: "tls", reason, fault });
    });
  }

  #lose(reason: string): void {
    this.#fail({ kind: "other", reason });
  }

  #fail(why: DownReason): void {
    if (!this.#end()) return;
    this.#events.onDown(why);
  }

  /**
   * Closes the channel: its running calls go on, grpc-js lets them finish.
   * `false` if the end has begun before.
   */
  #end(): boolean {
    const phase = this.#phase;
    if (phase.name !== "dialing" && phase.name !== "ready") return false;
    this.#phase = { name: "ending" };
    if (phase.name === "dialing") {
      phase.stopTimer();
      this.#channel.close();
      this.#capture.destroy();
    }
    this.#clock.hold(phase.name === "dialing" ? LINGER_MS : 0, () => {
      // Not before: a call that was started just now has not got its stream.
      if (phase.name === "ready") this.#channel.close();
      this.#phase = { name: "closing" };
      this.#checkGone();
    });
    return true;
  }

  #checkGone(): void {
    const phase = this.#phase;
    if (phase.name !== "closing" || this.#calls.size > 0) return;
    if (this.#capture.open > 0) {
      // grpc-js ends its side and waits for the peer's: a silent one never
      // ends it.
      phase.stopTimer ??= this.#clock.schedule(
        CLOSE_MS,
        () => this.#capture.destroy(),
      );
      return;
    }
    this.#phase = { name: "gone" };
    phase.stopTimer?.();
    // A channel closed while it is used keeps looking, every 10 s, for what
    // it may let go by then. Now it may.
    this.#channel.close();
    this.#events.onGone();
  }
}
