import { GRPC_CODE } from "../../errors/codes.ts";
import {
  type Clock,
  type Dial,
  type DialSettings,
  type DownReason,
  type Endpoint,
  guardedEvents,
  type RequestBytes,
  type RunningCall,
  type RunningStream,
  type StreamOptions,
  type Transport,
  type UnaryOptions,
} from "../transport/mod.ts";
import type { ReplacingDial } from "./_deferred.ts";
import { StreamQueue } from "./_stream_queue.ts";
import { WaitingStream } from "./_waiting_stream.ts";

/** The parts that all transports of a client share. */
export interface LimitedDialOptions {
  /** Makes the connections. */
  readonly dial: ReplacingDial;
  /** The time. */
  readonly clock: Clock;
}

/**
 * Adds a queue for calls and streams that the peer allows no stream for now.
 * Nothing is to wait below it: Deno's HTTP/2, for one, sends a call that was
 * canceled while it waited all the same, when another stream ends.
 */
export function limitedDial(options: LimitedDialOptions): Dial {
  return (endpoint, settings) =>
    new LimitedTransport(endpoint, { ...settings, ...options });
}

/**
 * A transport that starts no more calls and streams than its peer allows: first
 * come, first served. One that still waits when its time or the connection is
 * over was never sent.
 */
class LimitedTransport implements Transport {
  readonly #queue: StreamQueue;
  #inner: Transport;

  constructor(
    endpoint: Endpoint,
    { dial, clock, timeoutMs, events }: DialSettings & LimitedDialOptions,
  ) {
    const queue = new StreamQueue(endpoint.url, {
      transport: () => this.#inner,
      clock,
    });
    this.#queue = queue;
    // No transport is to stumble over its owner.
    const told = guardedEvents(events);
    const settings = {
      timeoutMs,
      events: {
        onReady: told.onReady,
        onStreams() {
          if (queue.size > 0) queue.serve();
        },
        onDown(why: DownReason) {
          const drop = queue.empty(GRPC_CODE.unavailable);
          // First, so that who calls again is given another connection.
          told.onDown(why);
          drop();
        },
        onGone: told.onGone,
      },
      replace: (inner: Transport) => this.#inner = inner,
    };
    this.#inner = dial(endpoint, settings);
  }

  get ready(): boolean {
    return this.#inner.ready;
  }

  get inFlight(): number {
    return this.#inner.inFlight + this.#queue.size;
  }

  get maxStreams(): number {
    return this.#inner.maxStreams;
  }

  get freeStreams(): number {
    return this.#inner.freeStreams - this.#queue.size;
  }

  get sockets(): number {
    return this.#inner.sockets;
  }

  unary(
    path: string,
    request: RequestBytes,
    options: UnaryOptions,
  ): RunningCall {
    const inner = this.#inner;
    if (!this.#mustWait()) return inner.unary(path, request, options);
    let running: RunningCall | undefined;
    const entry = this.#queue.add(options, {
      start: (left) => running = inner.unary(path, request, left),
      drop: options.onEnd,
    });
    return { cancel: () => (running ?? entry).cancel() };
  }

  stream(path: string, options: StreamOptions): RunningStream {
    const inner = this.#inner;
    if (!this.#mustWait()) return inner.stream(path, options);
    const stream = new WaitingStream(inner.maxStreams);
    stream.entry = this.#queue.add(options, {
      start: (left) => stream.start(inner.stream(path, left)),
      drop(status) {
        options.onEnd(status);
        stream.end();
      },
    });
    return stream;
  }

  drain(): void {
    this.#end(GRPC_CODE.unavailable, (inner) => inner.drain());
  }

  abort(): void {
    this.#end(GRPC_CODE.canceled, (inner) => inner.abort());
  }

  /** Whether there is no free stream, or others wait for one already. */
  #mustWait(): boolean {
    return this.freeStreams <= 0 && this.#inner.ready;
  }

  #end(grpcCode: number, end: (inner: Transport) => void): void {
    const drop = this.#queue.empty(grpcCode);
    end(this.#inner);
    queueMicrotask(drop);
  }
}
