import type { QueueEntry } from "./_stream_queue.ts";
import type { RunningStream, StreamWait } from "../transport/mod.ts";

/** A stream that cannot begin yet: it keeps what it is told until then. */
export class WaitingStream implements RunningStream {
  readonly wait: StreamWait;
  /** The entry of this stream in the queue. */
  entry: QueueEntry | undefined;
  readonly #over = Promise.withResolvers<void>();
  #orders: ((stream: RunningStream) => void)[] = [];
  #running: RunningStream | undefined;

  constructor(maxStreams: number) {
    this.wait = { maxStreams, over: this.#over.promise };
  }

  /** The stream begins. */
  start(running: RunningStream): void {
    this.#running = running;
    for (const order of this.#orders) order(running);
    this.end();
  }

  /** The wait is over. */
  end(): void {
    this.#orders = [];
    this.#over.resolve();
  }

  send(message: Uint8Array): void {
    this.#order((stream) => stream.send(message));
  }

  halfClose(): void {
    this.#order((stream) => stream.halfClose());
  }

  read(): void {
    this.#order((stream) => stream.read());
  }

  // A function of its own, to be called as one.
  readonly cancel = (): void => (this.#running ?? this.entry)?.cancel();

  #order(order: (stream: RunningStream) => void): void {
    if (this.#running === undefined) this.#orders.push(order);
    else order(this.#running);
  }
}
