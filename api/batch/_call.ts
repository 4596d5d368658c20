import { GRPC_CODE } from "../../errors/codes.ts";
import { doubtText } from "../../errors/doubt.ts";
import type { EtcdError } from "../../errors/etcd_error.ts";
import { createError, TimeoutError } from "../../errors/specific_errors.ts";
import type { Method } from "../../proto/method.ts";
import { type BatchOperation, ownOperation } from "./_operation.ts";

/** What a call is made of. */
export interface BatchedCallInit {
  /** What it is in a transaction. */
  readonly operation: BatchOperation;
  readonly method: Method<unknown, unknown>;
  readonly action: string;
  /** Ends it. */
  readonly signal: AbortSignal | undefined;
  readonly timeoutMs: number;
}

/** A call that waits for its turn, or whose answer is awaited. */
export class BatchedCall {
  /** What it is made of. */
  readonly init: BatchedCallInit;
  /** When its time is over, on the clock of `performance.now()`. */
  readonly deadlineAt: number;
  /** Its answer. */
  readonly answer: Promise<unknown>;
  #resolve!: (reply: unknown) => void;
  #reject!: (error: unknown) => void;
  #onAbort: (() => void) | undefined;
  #settled = false;
  #sent = false;

  constructor(init: BatchedCallInit) {
    // What is given may change while it waits.
    this.init = { ...init, operation: ownOperation(init.operation) };
    this.deadlineAt = performance.now() + init.timeoutMs;
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    const { signal } = init;
    if (signal !== undefined) {
      this.#onAbort = () => this.fail(signal.reason);
      signal.addEventListener("abort", this.#onAbort);
    }
  }

  /** Whether it needs no answer any more. */
  get settled(): boolean {
    return this.#settled;
  }

  /** It is on its way: from now on a write may have been applied. */
  send(): void {
    this.#sent = true;
  }

  /** It comes back from a request that was certainly not applied. */
  takeBack(): void {
    this.#sent = false;
  }

  succeed(reply: unknown): void {
    if (this.#settle()) this.#resolve(reply);
  }

  /** Ends it with an error of its own, or the reason of its signal. */
  fail(error: unknown): void {
    if (this.#settle()) this.#reject(error);
  }

  /** Ends it with the error of the request that carried it. */
  failWith(error: EtcdError): void {
    if (this.#settled) return;
    this.fail(createError(error.message, {
      code: error.code,
      grpcCode: error.grpcCode,
      endpoint: error.endpoint,
      method: this.init.method.name,
      retryable: error.retryable,
      maybeCommitted: error.maybeCommitted,
      attempts: error.attempts,
      cause: error.cause,
    }));
  }

  /** Ends it as its time is over. */
  expire(): void {
    const { method, action, operation, timeoutMs } = this.init;
    const maybeCommitted = this.#sent && operation.writes !== undefined;
    const state = this.#sent
      ? `no answer within ${timeoutMs} ms (timeout)`
      : `not sent within ${timeoutMs} ms, behind others that were not answered (timeout)`;
    this.fail(
      new TimeoutError(
        `Cannot ${action}: ${state}${doubtText(maybeCommitted)}`,
        {
          code: "timeout",
          grpcCode: GRPC_CODE.deadlineExceeded,
          method: method.name,
          retryable: !maybeCommitted,
          maybeCommitted,
        },
      ),
    );
  }

  #settle(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    if (this.#onAbort !== undefined) {
      this.init.signal?.removeEventListener("abort", this.#onAbort);
    }
    return true;
  }
}
