import { onAbort } from "../../balancers/transport/mod.ts";
import { GRPC_CODE } from "../../errors/codes.ts";
import { doubtText } from "../../errors/doubt.ts";
import type { EtcdError } from "../../errors/etcd_error.ts";
import { createError, TimeoutError } from "../../errors/specific_errors.ts";
import type { UnaryCall } from "../call/mod.ts";
import { type BatchOperation, ownOperation } from "./_operation.ts";

/** A call as the user has made it. */
export interface BatchedCallInit {
  /** The call as an operation of a transaction. */
  readonly operation: BatchOperation;
  /** The call alone. */
  readonly call: UnaryCall<unknown, unknown>;
  /** Ends the call. */
  readonly signal: AbortSignal | undefined;
  /** The time it has in milliseconds, `Infinity` for no limit. */
  readonly timeoutMs: number;
}

type Phase = "waiting" | "sent" | "settled";

/** A call that waits to be sent, or whose answer is awaited. */
export class BatchedCall {
  /** The call, in bytes of its own. */
  readonly init: BatchedCallInit;
  /** The place of the call among those that wait. */
  order = 0;
  /** When its time is over, on the clock. */
  readonly deadlineAt: number;
  /** Resolves to the answer. */
  readonly answer: Promise<unknown>;
  #resolve!: (reply: unknown) => void;
  #reject!: (error: unknown) => void;
  readonly #unlink: () => void = () => {};
  #phase: Phase = "waiting";

  constructor(init: BatchedCallInit, nowMs: number) {
    // The user's bytes may change while the call waits.
    this.init = { ...init, operation: ownOperation(init.operation) };
    this.deadlineAt = nowMs + init.timeoutMs;
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#unlink = onAbort(init.signal, (reason) => this.fail(reason));
  }

  /** Whether the call has ended, and needs no answer any more. */
  get settled(): boolean {
    return this.#phase === "settled";
  }

  /** Notes that the call is sent: from now on a write may be applied. */
  send(): void {
    if (!this.settled) this.#phase = "sent";
  }

  /** Notes that the request which carried it was certainly not applied. */
  takeBack(): void {
    if (!this.settled) this.#phase = "waiting";
  }

  /** Ends the call with its reply. */
  succeed(reply: unknown): void {
    if (this.#settle()) this.#resolve(reply);
  }

  /** Ends the call with an error of its own, or the reason of its signal. */
  fail(error: unknown): void {
    if (this.#settle()) this.#reject(error);
  }

  /** Ends the call with the error of the request that carried it. */
  failWith(error: EtcdError): void {
    if (this.settled) return;
    this.fail(createError(error.message, {
      code: error.code,
      grpcCode: error.grpcCode,
      endpoint: error.endpoint,
      method: this.init.call.method.name,
      retryable: error.retryable,
      maybeCommitted: error.maybeCommitted,
      attempts: error.attempts,
      cause: error.cause,
    }));
  }

  /** Ends the call as its time is over. */
  expire(): void {
    const { call: { method, action }, operation, timeoutMs } = this.init;
    const sent = this.#phase === "sent";
    const maybeCommitted = sent && operation.writes !== undefined;
    const state = sent
      ? `no answer within ${timeoutMs} ms (timeout)`
      : `not sent within ${timeoutMs} ms, as earlier requests were not answered (timeout)`;
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
    if (this.settled) return false;
    this.#phase = "settled";
    this.#unlink();
    return true;
  }
}
