import { GRPC_CODE } from "../../errors/codes.ts";
import {
  type CallSettings,
  type CallStatus,
  type Clock,
  tell,
  type Transport,
} from "../transport/mod.ts";

/** Says for people which stream a call waits for. */
export function describeWait(maxStreams: number, endpoint: string): string {
  if (maxStreams === Infinity) {
    return `waited for ${endpoint} to read what was sent before`;
  }
  const allowed = maxStreams === 0
    ? `a stream, of which ${endpoint} allows none`
    : maxStreams === 1
    ? `the only stream that ${endpoint} allows`
    : `one of the ${maxStreams} streams that ${endpoint} allows`;
  return `waited for ${allowed} (max concurrent streams)`;
}

/** The owner of a call or stream that waits. */
export interface QueueListener<Options extends CallSettings> {
  /** There is a stream for it: called with the time that is left. */
  readonly start: (options: Options) => void;
  /** The wait has ended without one, and nothing was sent. */
  readonly drop: (status: CallStatus) => void;
}

/** One that cannot be made ends, and the others go on. */
function begin({ start, drop }: Entry, timeoutMs: number): void {
  try {
    start(timeoutMs);
  } catch (error) {
    const details = error instanceof Error ? error.message : `${error}`;
    const grpcCode = GRPC_CODE.internal;
    drop({ grpcCode, details, reach: "unsent" });
  }
}

interface Entry {
  readonly start: (timeoutMs: number) => void;
  readonly drop: (status: CallStatus) => void;
  readonly deadlineAt: number;
  /** Stops the timer that ends the wait, and keeps the process alive. */
  stopTimer(): void;
}

/** A call or stream in the queue, as its caller holds it. */
export interface QueuedCall {
  /** Ends the wait, if it has not ended: `drop` is called in a moment. */
  cancel(): void;
}

/** The parts of a transport that its queue uses. */
export interface StreamQueueContext {
  /** The time. */
  readonly clock: Clock;
  /** The transport that starts the calls and streams. */
  transport(): Transport;
}

/** The calls and streams that wait for a stream, in the order they came. */
export class StreamQueue {
  readonly #url: string;
  readonly #context: StreamQueueContext;
  readonly #entries = new Set<Entry>();

  constructor(url: string, context: StreamQueueContext) {
    this.#url = url;
    this.#context = context;
  }

  /** The number of those that wait. */
  get size(): number {
    return this.#entries.size;
  }

  /** Waits until there is a stream, or the time is over. */
  add<Options extends CallSettings>(
    options: Options,
    { start, drop }: QueueListener<Options>,
  ): QueuedCall {
    const { timeoutMs } = options;
    const { clock } = this.#context;
    const entry: Entry = {
      start: (timeoutMs) => start({ ...options, timeoutMs }),
      drop: (status) => tell(() => drop(status)),
      deadlineAt: clock.now() + timeoutMs,
      stopTimer: clock.hold(timeoutMs, () => this.#expire(entry)),
    };
    this.#entries.add(entry);
    return {
      cancel: () => {
        if (!this.#take(entry)) return;
        queueMicrotask(() => entry.drop(this.#unsent(GRPC_CODE.canceled)));
      },
    };
  }

  /** Starts those that there is a stream for. */
  serve(): void {
    const { clock } = this.#context;
    const transport = this.#context.transport();
    for (const entry of this.#entries) {
      if (!transport.ready || transport.freeStreams <= 0) return;
      const timeoutMs = entry.deadlineAt - clock.now();
      // Its timer is late, as the process stood still.
      if (timeoutMs <= 0) this.#expire(entry);
      else if (this.#take(entry)) begin(entry, timeoutMs);
    }
  }

  /** Takes everybody off; the returned function drops them. */
  empty(grpcCode: number): () => void {
    const all = [...this.#entries].filter((entry) => this.#take(entry));
    return () => {
      for (const { drop } of all) drop(this.#unsent(grpcCode));
    };
  }

  #expire(entry: Entry): void {
    if (this.#take(entry)) entry.drop(this.#unsent(GRPC_CODE.deadlineExceeded));
  }

  #take(entry: Entry): boolean {
    entry.stopTimer();
    return this.#entries.delete(entry);
  }

  #unsent(grpcCode: number): CallStatus {
    const { maxStreams } = this.#context.transport();
    return {
      grpcCode,
      details: describeWait(maxStreams, this.#url),
      reach: "unsent",
    };
  }
}
