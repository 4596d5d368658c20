import type {
  ProxyAnswer,
  ProxyMessage,
  ProxyRequest,
  ProxyValue,
} from "./_proxy_protocol.ts";

/** The main thread's end of a proxy worker: sends requests, awaits answers. */
export class ProxyHost implements AsyncDisposable {
  readonly #worker: Worker;
  readonly #pending = new Map<number, PromiseWithResolvers<ProxyValue>>();
  #lastId = 0;
  #failure: Error | undefined;
  #closing: Promise<void> | undefined;

  constructor() {
    this.#worker = new Worker(new URL("./_proxy_worker.ts", import.meta.url), {
      type: "module",
    });
    this.#worker.onmessage = (event: MessageEvent<ProxyAnswer>) =>
      this.#onAnswer(event.data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#fail(new Error(`Cannot go on proxying: ${event.message}`));
    };
  }

  /** Sends a request; resolves to the value of its answer. */
  ask(request: ProxyRequest): Promise<ProxyValue> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#closing !== undefined) {
      return Promise.reject(
        new Error(`Cannot ask a proxy for '${request.op}': it is closed`),
      );
    }
    return this.#send(request);
  }

  /**
   * Closes every proxy and ends the worker. Idempotent.
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
      await this.#send({ op: "close" });
    } finally {
      this.#worker.terminate();
    }
  }

  #send(request: ProxyRequest): Promise<ProxyValue> {
    const id = ++this.#lastId;
    const answer = Promise.withResolvers<ProxyValue>();
    this.#pending.set(id, answer);
    const message: ProxyMessage = { id, request };
    this.#worker.postMessage(message);
    return answer.promise;
  }

  #onAnswer(answer: ProxyAnswer): void {
    const waiting = this.#pending.get(answer.id);
    if (waiting === undefined) return;
    this.#pending.delete(answer.id);
    if ("error" in answer) {
      waiting.reject(new ProxyError(answer.error, answer.code));
    } else {
      waiting.resolve(answer.value);
    }
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const waiting of this.#pending.values()) waiting.reject(error);
    this.#pending.clear();
  }
}

/** A request the worker could not fulfil. */
export class ProxyError extends Error {
  /** The system's name of the error, such as `EADDRINUSE`. */
  readonly code: string | undefined;

  constructor(message: string, code: string | undefined) {
    super(message);
    this.name = "ProxyError";
    this.code = code;
  }
}
