/** A request to a worker with the number its answer carries. */
export interface WorkerMessage<Request> {
  readonly id: number;
  readonly request: Request;
}

/** What a worker says: one answer to each request, and what it sees happen. */
export type WorkerReply<Event> =
  | { readonly kind: "error"; readonly id: number; readonly error: string }
  | { readonly kind: "value"; readonly id: number; readonly value: unknown }
  | { readonly kind: "event"; readonly event: Event };

/** What a worker is started with. */
export interface WorkerHostOptions<Request, Event> {
  readonly url: URL;
  /** The request that ends it, answered when all it held is given back. */
  readonly close: Request;
  readonly onEvent?: (event: Event) => void;
}

/**
 * The main thread's end of a worker. What the worker holds (sockets, child
 * processes) is its own, so that a cluster can serve many tests: the test
 * sanitizers of the main thread see none of it.
 */
export class WorkerHost<Request, Event = never> implements AsyncDisposable {
  readonly #worker: Worker;
  readonly #options: WorkerHostOptions<Request, Event>;
  readonly #pending = new Map<number, PromiseWithResolvers<unknown>>();
  #lastId = 0;
  #failure: Error | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: WorkerHostOptions<Request, Event>) {
    this.#options = options;
    this.#worker = new Worker(options.url, { type: "module" });
    this.#worker.onmessage = (event: MessageEvent<WorkerReply<Event>>) =>
      this.#onReply(event.data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#fail(new Error(`Cannot go on in a worker: ${event.message}`));
    };
  }

  /** Sends a request; resolves to the value of its answer. */
  ask(request: Request): Promise<unknown> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#closing !== undefined) {
      return Promise.reject(
        new Error("Cannot ask for anything: the cluster or proxy is closed"),
      );
    }
    return this.#send(request);
  }

  /**
   * Has the worker give back what it holds, and ends it. Idempotent.
   *
   * @throws {Error} If the worker failed at any time of its life.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    try {
      if (this.#failure !== undefined) throw this.#failure;
      await this.#send(this.#options.close);
    } finally {
      this.#worker.terminate();
    }
  }

  #send(request: Request): Promise<unknown> {
    const id = ++this.#lastId;
    const answer = Promise.withResolvers<unknown>();
    this.#pending.set(id, answer);
    const message: WorkerMessage<Request> = { id, request };
    this.#worker.postMessage(message);
    return answer.promise;
  }

  #onReply(reply: WorkerReply<Event>): void {
    if (reply.kind === "event") {
      this.#options.onEvent?.(reply.event);
      return;
    }
    const waiting = this.#pending.get(reply.id);
    if (waiting === undefined) return;
    this.#pending.delete(reply.id);
    if (reply.kind === "value") waiting.resolve(reply.value);
    else waiting.reject(new Error(reply.error));
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const waiting of this.#pending.values()) waiting.reject(error);
    this.#pending.clear();
  }
}
