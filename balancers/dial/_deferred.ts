import type {
  Dial,
  DownReason,
  Endpoint,
  RequestBytes,
  RunningCall,
  RunningStream,
  StreamOptions,
  Transport,
  TransportEvents,
  UnaryOptions,
} from "../transport/mod.ts";

/** What a dial waits for, in words. */
export interface Awaited {
  /** It is not there in time, which was so many milliseconds. */
  late(timeoutMs: number): string;
  /** It is not to be had. */
  failed(error: Error): DownReason;
}

const TLS: Awaited = {
  late: (timeoutMs) => `'tls' returned no settings within ${timeoutMs} ms`,
  failed: ({ message }) => ({
    kind: "other",
    reason: `no settings for TLS: ${message}`,
  }),
};

/** A dial function that is asked for anew each time, and may throw. */
export function deferredDial(
  provide: () => Promise<Dial>,
  awaited: Awaited = TLS,
): Dial {
  return (endpoint, timeoutMs, events) =>
    new DeferredTransport(provide, { endpoint, timeoutMs, events, awaited });
}

/** The same dial; if it throws, as a user's `serverName` may, it fails. */
export function notThrowing(dial: Dial): Dial {
  return (...dialled) => {
    try {
      return dial(...dialled);
    } catch (error) {
      return deferredDial(() => Promise.reject(error))(...dialled);
    }
  };
}

interface DialArguments {
  readonly awaited: Awaited;
  readonly endpoint: Endpoint;
  readonly timeoutMs: number;
  readonly events: TransportEvents;
}

/** A transport that is dialled when its settings are there. */
class DeferredTransport implements Transport {
  readonly #events: TransportEvents;
  readonly #timer: ReturnType<typeof setTimeout>;
  #inner: Transport | undefined;
  #ended = false;

  constructor(
    provide: () => Promise<Dial>,
    { endpoint, timeoutMs, events, awaited }: DialArguments,
  ) {
    this.#events = events;
    const startedAt = performance.now();
    this.#timer = setTimeout(
      () => this.#fail({ kind: "other", reason: awaited.late(timeoutMs) }),
      timeoutMs,
    );
    Deno.unrefTimer(this.#timer);
    provide().then((dial) => {
      if (this.#ended) return;
      const leftMs = Math.ceil(startedAt + timeoutMs - performance.now());
      // Throws if the settings are of no use, or the user's function does.
      this.#inner = dial(endpoint, Math.max(leftMs, 1), events);
      clearTimeout(this.#timer);
    }).catch((error) => this.#fail(awaited.failed(asError(error))));
  }

  get ready(): boolean {
    return this.#inner?.ready ?? false;
  }

  get inFlight(): number {
    return this.#inner?.inFlight ?? 0;
  }

  get maxStreams(): number {
    return this.#inner?.maxStreams ?? 0;
  }

  get freeStreams(): number {
    return this.#inner?.freeStreams ?? 0;
  }

  get sockets(): number {
    return this.#inner?.sockets ?? 0;
  }

  unary(
    path: string,
    request: RequestBytes,
    options: UnaryOptions,
  ): RunningCall {
    return this.#dialled().unary(path, request, options);
  }

  stream(path: string, options: StreamOptions): RunningStream {
    return this.#dialled().stream(path, options);
  }

  drain(): void {
    if (this.#inner === undefined) this.#end();
    else this.#inner.drain();
  }

  abort(): void {
    if (this.#inner === undefined) this.#end();
    else this.#inner.abort();
  }

  #dialled(): Transport {
    if (this.#inner !== undefined) return this.#inner;
    throw new Error("Cannot make a call: the transport is not ready");
  }

  #fail(why: DownReason): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#events.onDown(why);
    this.#events.onGone();
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#timer);
    queueMicrotask(() => this.#events.onGone());
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
