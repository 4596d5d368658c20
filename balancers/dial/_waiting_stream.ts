import type { QueuedCall } from "./_stream_queue.ts";
import type { RunningStream, StreamWait } from "../transport/mod.ts";

type Order = (stream: RunningStream) => void;

type State =
  | { readonly name: "waiting"; readonly orders: Order[] }
  | { readonly name: "running"; readonly stream: RunningStream }
  | { readonly name: "ended" };

/** A stream that cannot begin yet: it keeps what it is told until then. */
export class WaitingStream implements RunningStream {
  readonly wait: StreamWait;
  /** The entry of this stream in the queue. */
  entry: QueuedCall | undefined;
  readonly #over = Promise.withResolvers<void>();
  #state: State = { name: "waiting", orders: [] };

  constructor(maxStreams: number) {
    this.wait = { maxStreams, over: this.#over.promise };
  }

  /** The stream begins. */
  start(stream: RunningStream): void {
    const before = this.#state;
    this.#state = { name: "running", stream };
    if (before.name === "waiting") {
      for (const order of before.orders) order(stream);
    }
    this.#over.resolve();
  }

  /** The stream has ended before it could begin. */
  end(): void {
    this.#state = { name: "ended" };
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
  readonly cancel = (): void => {
    if (this.#state.name === "running") this.#state.stream.cancel();
    else this.entry?.cancel();
  };

  #order(order: Order): void {
    const state = this.#state;
    if (state.name === "waiting") state.orders.push(order);
    else if (state.name === "running") order(state.stream);
  }
}
