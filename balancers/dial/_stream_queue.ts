import { GRPC_CODE } from "../../errors/codes.ts";
import {
  type CallSettings,
  type CallStatus,
  holdFor,
  type Transport,
} from "../transport/mod.ts";

/** What a call or stream waits for, for people. */
export function describeWait(maxStreams: number, endpoint: string): string {
  const allowed = maxStreams === 0
    ? `a stream, of which ${endpoint} allows none`
    : maxStreams === 1
    ? `the only stream that ${endpoint} allows`
    : `one of the ${maxStreams} streams that ${endpoint} allows`;
  return `waited for ${allowed} (max concurrent streams)`;
}

/** A call or stream that waits. */
export interface Waiter<Options extends CallSettings> {
  /** There is a stream for it: called with the time that is left. */
  readonly start: (options: Options) => void;
  /** The wait has ended without one, and nothing was sent. */
  readonly drop: (status: CallStatus) => void;
}

interface Place {
  readonly start: (timeoutMs: number) => void;
  readonly drop: (status: CallStatus) => void;
  readonly deadlineAt: number;
  /** Stops what ends the wait, and keeps the process alive until then. */
  stopTimer(): void;
}

/** Where somebody stands in a queue. */
export interface QueuePlace {
  /** Drops it, if it still waits: `drop` is called in a moment. */
  cancel(): void;
}

/** What has to wait for a stream, served in the order it came. */
export class StreamQueue {
  readonly #url: string;
  readonly #transport: () => Transport;
  readonly #places = new Set<Place>();

  constructor(url: string, transport: () => Transport) {
    this.#url = url;
    this.#transport = transport;
  }

  /** How many wait. */
  get size(): number {
    return this.#places.size;
  }

  /** Waits until there is a stream, or the time is over. */
  add<Options extends CallSettings>(
    options: Options,
    { start, drop }: Waiter<Options>,
  ): QueuePlace {
    const { timeoutMs } = options;
    const place: Place = {
      start: (timeoutMs) => start({ ...options, timeoutMs }),
      drop,
      deadlineAt: performance.now() + timeoutMs,
      stopTimer: holdFor(timeoutMs, () => this.#expire(place)),
    };
    this.#places.add(place);
    return {
      cancel: () => {
        if (!this.#take(place)) return;
        queueMicrotask(() => place.drop(this.#unsent(GRPC_CODE.canceled)));
      },
    };
  }

  /** Starts those that there is a stream for. */
  serve(): void {
    const transport = this.#transport();
    for (const place of this.#places) {
      if (!transport.ready || transport.freeStreams <= 0) return;
      const timeoutMs = place.deadlineAt - performance.now();
      // Its timer is late, as the process stood still.
      if (timeoutMs <= 0) this.#expire(place);
      else if (this.#take(place)) place.start(timeoutMs);
    }
  }

  /** Takes everybody off; what it gives back drops them. */
  empty(grpcCode: number): () => void {
    const all = [...this.#places].filter((place) => this.#take(place));
    return () => {
      for (const { drop } of all) drop(this.#unsent(grpcCode));
    };
  }

  #expire(place: Place): void {
    if (this.#take(place)) place.drop(this.#unsent(GRPC_CODE.deadlineExceeded));
  }

  #take(place: Place): boolean {
    place.stopTimer();
    return this.#places.delete(place);
  }

  #unsent(grpcCode: number): CallStatus {
    const { maxStreams } = this.#transport();
    return {
      grpcCode,
      details: describeWait(maxStreams, this.#url),
      answered: false,
      sent: false,
    };
  }
}
