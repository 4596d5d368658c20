import { Worker } from "node:worker_threads";

/** A request to a worker with the number its answer carries. */
export interface WorkerMessage<Request> {
  readonly id: number;
  readonly request: Request;
}

/** A message of a worker: an answer to a request, or an event it has seen. */
export type WorkerReply<Event> =
  | {
    readonly kind: "error";
    readonly id: number;
    readonly error: string;
    readonly code: string;
  }
  | { readonly kind: "value"; readonly id: number; readonly value: unknown }
  | { readonly kind: "event"; readonly event: Event };

/** A module that a worker runs. */
export interface WorkerProgram {
  /** The `import.meta.url` of the module. */
  readonly url: string;
  /** The name it calls `serveRequests()` with. */
  readonly service: string;
}

/** The beginning of a worker, and its end. */
export interface WorkerHostOptions<Request, Event> {
  readonly program: WorkerProgram;
  /** The request that ends it, answered when all it held is given back. */
  readonly close: Request;
  readonly onEvent?: (event: Event) => void;
}

/**
 * The main thread's end of a worker. What the worker holds (sockets, child
 * processes) is its own, so that a cluster can serve many tests: the test
 * sanitizers of the main thread see none of it.
 *
 * The worker keeps no program alive, but as long as something is waited for.
 */
export class WorkerHost<Request, Event = never> implements AsyncDisposable {
  readonly #worker: Worker;
  readonly #options: WorkerHostOptions<Request, Event>;
  readonly #pending = new Map<number, PromiseWithResolvers<unknown>>();
  #lastId = 0;
  #holds = 0;
  #failure: Error | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: WorkerHostOptions<Request, Event>) {
    this.#options = options;
    const { url, service } = options.program;
    this.#worker = new Worker(startable(url), {
      workerData: { etcdenoService: service },
    });
    this.#worker.on(
      "message",
      (reply: WorkerReply<Event>) => this.#onReply(reply),
    );
    this.#worker.on("error", (cause: unknown) => {
      const message = cause instanceof Error ? cause.message : String(cause);
      this.#fail(new Error(`Cannot go on in a worker: ${message}`, { cause }));
    });
    this.#worker.unref();
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

  /** Keeps the program alive until `promise` is settled, which events do. */
  async hold<T>(promise: Promise<T>): Promise<T> {
    if (this.#holds++ === 0) this.#worker.ref();
    try {
      return await promise;
    } finally {
      if (--this.#holds === 0) this.#worker.unref();
    }
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
      await this.#worker.terminate();
    }
  }

  #send(request: Request): Promise<unknown> {
    const id = ++this.#lastId;
    const answer = Promise.withResolvers<unknown>();
    this.#pending.set(id, answer);
    const message: WorkerMessage<Request> = { id, request };
    this.#worker.postMessage(message);
    return this.hold(answer.promise);
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
    else {
      const { error, code } = reply;
      waiting.reject(Object.assign(new Error(error), { code }));
    }
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const waiting of this.#pending.values()) waiting.reject(error);
    this.#pending.clear();
  }
}

/** Workers start from files; a module of JSR is imported by one made of text. */
function startable(url: string): URL {
  if (url.startsWith("file:")) return new URL(url);
  const text = `import ${JSON.stringify(url)};`;
  return new URL(`data:text/javascript,${encodeURIComponent(text)}`);
}
