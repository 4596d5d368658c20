import type { Headers } from "../../balancers/transport/mod.ts";
import { checkHeaders } from "../checks/mod.ts";
import type {
  InterceptedCall,
  InterceptedEnd,
  Interceptor,
  InterceptorChanges,
} from "./interceptor.ts";

/** The progress of a run. */
export type RunState =
  /** The interceptor has not called `next()` yet. */
  | "waiting"
  /** The interceptor has, and waits for the end. */
  | "begun"
  /** The end is there, or there will be none. */
  | "over";

/** One run of an interceptor. */
export class InterceptorRun {
  /** Resolves when the interceptor has called `next()`. */
  readonly begun: Promise<void>;
  /** Resolves when the interceptor has returned or thrown. */
  readonly settled: Promise<void>;
  /** The error that the interceptor has thrown, if it has. */
  thrown: { readonly error: unknown } | undefined;
  /** The headers that it adds. */
  headers: Headers | undefined;
  #state: RunState = "waiting";
  readonly #begin: () => void;
  readonly #ended = Promise.withResolvers<InterceptedEnd>();

  constructor(interceptor: Interceptor, call: InterceptedCall) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.begun = promise;
    this.#begin = resolve;
    // The interceptor need not wait for it.
    this.#ended.promise.catch(() => {});
    this.settled = this.#run(interceptor, call);
  }

  /** The progress of the run. */
  get state(): RunState {
    return this.#state;
  }

  /** Tells the interceptor the end. */
  end(end: InterceptedEnd): void {
    this.#state = "over";
    this.#ended.resolve(end);
  }

  /** Tells the interceptor that there will be no end. */
  stop(reason: unknown): void {
    this.#state = "over";
    this.#ended.reject(reason);
  }

  async #run(interceptor: Interceptor, call: InterceptedCall): Promise<void> {
    try {
      await interceptor(call, (changes) => this.#next(changes));
    } catch (error) {
      this.thrown = { error };
    }
  }

  // Async, so that what is wrong rejects.
  async #next(changes: InterceptorChanges = {}): Promise<InterceptedEnd> {
    if (this.#state !== "waiting") {
      throw new Error(
        this.#state === "begun"
          ? "Cannot call next() again: one attempt is sent once"
          : "Cannot call next(): the attempt is over",
      );
    }
    const { headers } = changes;
    if (headers !== undefined) this.headers = checkHeaders("headers", headers);
    this.#state = "begun";
    this.#begin();
    return await this.#ended.promise;
  }
}
