import type * as grpc from "@grpc/grpc-js";
import {
  type Dial,
  dialReason,
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
  return (endpoint, timeoutMs, events) =>
    new GrpcTransport(endpoint, timeoutMs, options, events);
}

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
  #dialTimer: ReturnType<typeof setTimeout> | undefined;
  #closeTimer: ReturnType<typeof setTimeout> | undefined;
  #phase: "dialing" | "ready" | "down" = "dialing";
  #settled = false;
  #gone = false;

  constructor(
    endpoint: Endpoint,
    timeoutMs: number,
    options: GrpcDialOptions,
    events: TransportEvents,
  ) {
    this.#events = events;
    this.#endpoint = endpoint;
    const opened = openChannel(endpoint, options, {
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
    this.#dialTimer = setTimeout(() => {
      this.#lose(timeoutReason(timeoutMs, { connected: this.#capture.seen }));
    }, timeoutMs);
    Deno.unrefTimer(this.#dialTimer);
    // Not now: the owner does not have this object yet.
    queueMicrotask(() => {
      if (this.#phase === "dialing") connect(this.#channel);
    });
  }

  get ready(): boolean {
    return this.#phase === "ready";
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
    if (this.#phase !== "dialing") return;
    // grpc-js does not tell of one that came with the first SETTINGS.
    const { goaway } = this.#capture;
    if (goaway !== undefined) {
      return this.#lose(`connected, but the server said ${goaway} at once`);
    }
    this.#phase = "ready";
    clearTimeout(this.#dialTimer);
    this.#events.onReady();
  }

  #goDown(reason: string): void {
    if (this.#phase !== "dialing") {
      const { goaway } = this.#capture;
      return this.#lose(goaway ? `the server said ${goaway}` : reason);
    }
    const { secure } = this.#endpoint;
    const connected = this.#capture.seen;
    const why = dialReason(reason, { connected, secure });
    if (!connected) return this.#fail(unreachedReason(this.#endpoint, why));
    if (!secure) return this.#lose(why);
    this.#capture.explain().then((failure) => {
      if (failure === undefined) return this.#lose(why);
      const reason = `connected, but ${failure.reason}`;
      this.#fail({ kind: "tls", reason, fault: failure.fault });
    });
  }

  #lose(reason: string): void {
    this.#fail({ kind: "other", reason });
  }

  #fail(why: DownReason): void {
    if (this.#phase === "down") return;
    this.#end();
    this.#events.onDown(why);
  }

  /** Closes the channel: its running calls go on, grpc-js lets them finish. */
  #end(): void {
    if (this.#phase === "down") return;
    const wasDialing = this.#phase === "dialing";
    this.#phase = "down";
    clearTimeout(this.#dialTimer);
    if (wasDialing) {
      this.#channel.close();
      this.#capture.destroy();
    }
    setTimeout(() => {
      // Not before: a call that was started just now has not got its stream.
      if (!wasDialing) this.#channel.close();
      this.#settled = true;
      this.#checkGone();
    }, wasDialing ? LINGER_MS : 0);
  }

  #checkGone(): void {
    if (this.#gone || !this.#settled) return;
    if (this.#calls.size > 0) return;
    if (this.#capture.open > 0) {
      // grpc-js ends its side and waits for the peer's: a silent one never
      // ends it.
      this.#closeTimer ??= setTimeout(() => this.#capture.destroy(), CLOSE_MS);
      Deno.unrefTimer(this.#closeTimer);
      return;
    }
    this.#gone = true;
    clearTimeout(this.#closeTimer);
    // A channel closed while it is used keeps looking, every 10 s, for what
    // it may let go by then. Now it may.
    this.#channel.close();
    this.#events.onGone();
  }
}
