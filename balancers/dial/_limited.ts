import { GRPC_CODE } from "../../errors/codes.ts";
import type {
  Dial,
  Endpoint,
  RequestBytes,
  RunningCall,
  RunningStream,
  StreamOptions,
  Transport,
  TransportEvents,
  UnaryOptions,
} from "../transport/mod.ts";
import { StreamQueue } from "./_stream_queue.ts";
import { WaitingStream } from "./_waiting_stream.ts";

/**
 * The same, with a queue for what the peer allows no stream for now. Nothing
 * is to wait below it: Deno's HTTP/2, for one, sends a call that was canceled
 * while it waited all the same, when another stream ends.
 */
export function limitedDial(dial: Dial): Dial {
  return (endpoint, timeoutMs, events) =>
    new LimitedTransport(dial, { endpoint, timeoutMs, events });
}

interface DialArguments {
  readonly endpoint: Endpoint;
  readonly timeoutMs: number;
  readonly events: TransportEvents;
}

/**
 * A transport that starts no more than its peer allows: first come, first
 * served, calls and streams alike. What still waits when its time or the
 * connection is over was never sent.
 */
class LimitedTransport implements Transport {
  readonly #inner: Transport;
  readonly #queue: StreamQueue;

  constructor(dial: Dial, { endpoint, timeoutMs, events }: DialArguments) {
    const queue = new StreamQueue(endpoint.url, () => this.#inner);
    this.#queue = queue;
    this.#inner = dial(endpoint, timeoutMs, {
      onReady: () => events.onReady(),
      onStreams() {
        if (queue.size > 0) queue.serve();
      },
      onDown(why) {
        const drop = queue.empty(GRPC_CODE.unavailable);
        // First, so that who calls again is given another connection.
        events.onDown(why);
        drop();
      },
      onGone: () => events.onGone(),
    });
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
    const place = this.#queue.add(options, {
      start: (left) => running = inner.unary(path, request, left),
      drop: options.onEnd,
    });
    return { cancel: () => (running ?? place).cancel() };
  }

  stream(path: string, options: StreamOptions): RunningStream {
    const inner = this.#inner;
    if (!this.#mustWait()) return inner.stream(path, options);
    const stream = new WaitingStream(inner.maxStreams);
    stream.place = this.#queue.add(options, {
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

  /** None that comes later is served first. */
  #mustWait(): boolean {
    return this.freeStreams <= 0 && this.#inner.ready;
  }

  #end(grpcCode: number, end: (inner: Transport) => void): void {
    const drop = this.#queue.empty(grpcCode);
    end(this.#inner);
    queueMicrotask(drop);
  }
}
