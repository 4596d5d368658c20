import type * as grpc from "@grpc/grpc-js";
import {
  type CallSettings,
  type Dial,
  dialReason,
  type Endpoint,
  missingPermission,
  type RequestBytes,
  type RunningCall,
  type RunningStream,
  type StreamEvents,
  timeoutReason,
  type Transport,
  type TransportEvents,
  type UnaryDone,
} from "../transport/mod.ts";
import {
  connect,
  type GrpcDialOptions,
  LINGER_MS,
  openChannel,
} from "./_channel.ts";
import { asBuffer, cancel, metadataOf, toCallStatus } from "./_message.ts";
import { StreamWriter } from "./_stream_writer.ts";
import type { Capture } from "./_sockets.ts";

type Call = ReturnType<grpc.Channel["createCall"]>;

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
  readonly #calls = new Set<Call>();
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
    this.#dialTimer = setTimeout(() => {
      this.#fail(timeoutReason(timeoutMs, { connected: this.#capture.seen }));
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
    settings: CallSettings,
    done: UnaryDone,
  ): RunningCall {
    let reply: Uint8Array | undefined;
    let headers: grpc.Metadata | undefined;
    const call = this.#open(path, settings, {
      onReceiveMetadata: (received) => headers = received,
      onReceiveMessage: (message: Uint8Array | null) => {
        reply = message ?? reply;
      },
      onReceiveStatus: (status) => {
        this.#ended(call);
        if (status.code === 0 && reply !== undefined) done(reply, undefined);
        else if (status.code === 0) {
          done(undefined, { grpcCode: 13, details: "The reply is missing" });
        } else done(undefined, toCallStatus(status, headers));
      },
    });
    call.sendMessageWithContext({}, asBuffer(request));
    call.halfClose();
    call.startRead();
    return { cancel: () => cancel(call) };
  }

  stream(
    path: string,
    settings: CallSettings,
    events: StreamEvents,
  ): RunningStream {
    let headers: grpc.Metadata | undefined;
    const call = this.#open(path, settings, {
      onReceiveMetadata: (received) => headers = received,
      onReceiveMessage(message: Uint8Array | null) {
        if (message !== null) events.onMessage(message);
      },
      onReceiveStatus: (status) => {
        this.#ended(call);
        events.onEnd(toCallStatus(status, headers));
      },
    });
    const writer = new StreamWriter(call);
    return {
      send: (message) => writer.send(message),
      halfClose: () => writer.halfClose(),
      read: () => call.startRead(),
      cancel: () => cancel(call),
    };
  }

  drain(): void {
    this.#end();
  }

  abort(): void {
    this.#end();
    for (const call of this.#calls) cancel(call);
    this.#capture.destroy();
  }

  #open(
    path: string,
    { timeoutMs, headers }: CallSettings,
    listener: Parameters<Call["start"]>[1],
  ): Call {
    const deadline = timeoutMs === Infinity ? Infinity : Date.now() + timeoutMs;
    const call = this.#channel.createCall(path, deadline, null, null, null);
    this.#calls.add(call);
    call.start(metadataOf(headers), listener);
    return call;
  }

  #ended(call: Call): void {
    this.#calls.delete(call);
    this.#events.onStreams?.();
    this.#checkGone();
  }

  #becomeReady(): void {
    if (this.#phase !== "dialing") return;
    // grpc-js does not tell of one that came with the first SETTINGS.
    const { goaway } = this.#capture;
    if (goaway !== undefined) {
      return this.#fail(`connected, but the server said ${goaway} at once`);
    }
    this.#phase = "ready";
    clearTimeout(this.#dialTimer);
    this.#events.onReady();
  }

  #goDown(reason: string): void {
    if (this.#phase !== "dialing") {
      const { goaway } = this.#capture;
      return this.#fail(goaway ? `the server said ${goaway}` : reason);
    }
    const { secure } = this.#endpoint;
    const connected = this.#capture.seen;
    const why = dialReason(reason, { connected, secure });
    const missing = missingPermission(this.#endpoint, reason);
    if (!connected) return this.#fail(why, undefined, missing);
    if (!secure) return this.#fail(why);
    this.#capture.explain().then((failure) => {
      if (failure === undefined) this.#fail(why);
      else this.#fail(`connected, but ${failure.reason}`, failure.fault);
    });
  }

  #fail(...why: Parameters<TransportEvents["onDown"]>): void {
    if (this.#phase === "down") return;
    this.#end();
    this.#events.onDown(...why);
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
