import { type ErrorCode, GRPC_CODE } from "../../errors/codes.ts";
import { EtcdError } from "../../errors/etcd_error.ts";
import type { TxnRequestInit, TxnResponse } from "../../proto/gen/messages.ts";
import { methods } from "../../proto/methods.ts";
import { replyOf, requestOf } from "./_operation.ts";
import type { BatchedCall, BatchedCallInit } from "./_call.ts";
import type { Caller, TracedOptions } from "../call/mod.ts";

/** A batch the server did not look into, and why. */
export type Refusal = "too_many_operations" | "request_too_large";

// What a single operation can be to blame for: then each is tried alone.
const OF_ONE_OPERATION: ReadonlySet<number> = new Set([
  GRPC_CODE.invalidArgument,
  GRPC_CODE.notFound,
  GRPC_CODE.permissionDenied,
  GRPC_CODE.resourceExhausted,
  GRPC_CODE.failedPrecondition,
  GRPC_CODE.outOfRange,
]);
const OF_ALL: ReadonlySet<ErrorCode> = new Set([
  "no_space",
  "too_many_requests",
  "auth_failed",
  "auth_old_revision",
]);

/**
 * Makes several calls in one transaction and settles them, unless the server
 * takes no batch of that size: then they are as they were.
 */
export async function sendTogether(
  caller: Caller,
  batch: readonly BatchedCall[],
): Promise<Refusal | undefined> {
  const all = allAborted(batch);
  let sent: readonly BatchedCall[] = [];
  const encode = () => {
    // Who has been told that it failed is not to find it done later.
    sent = batch.filter(({ settled }) => !settled);
    for (const call of sent) call.send();
    return methods.kv.txn.encode(transactionOf(sent));
  };
  try {
    const { header, responses } = await request(caller, batch, {
      encode,
      signal: all?.signal,
    });
    sent.forEach((call, at) => call.succeed(replyOf(responses[at], header)));
    return undefined;
  } catch (error) {
    return await failed(caller, batch, error);
  } finally {
    all?.stop();
  }
}

/** Makes one call as it is, and settles it. */
export async function sendAlone(
  caller: Caller,
  call: BatchedCall,
): Promise<void> {
  if (call.settled) return;
  call.send();
  try {
    call.succeed(await callAlone(caller, call.init, leftMs(call.deadlineAt)));
  } catch (error) {
    call.fail(error);
  }
}

/** Makes one call as it is. */
export function callAlone(
  caller: Caller,
  { method, operation, action, signal }: BatchedCallInit,
  timeoutMs: number | false,
): Promise<unknown> {
  return caller.unary(method, requestOf(operation), action, {
    signal,
    timeoutMs: timeoutMs === Infinity ? false : timeoutMs,
  });
}

function request(
  caller: Caller,
  batch: readonly BatchedCall[],
  late: Pick<TracedOptions, "encode" | "signal">,
): Promise<TxnResponse> {
  const deadlineAt = Math.max(...batch.map((call) => call.deadlineAt));
  const [action = "", ...others] = new Set(
    batch.map(({ init }) => init.action),
  );
  const options: TracedOptions = { ...late, timeoutMs: leftMs(deadlineAt) };
  return caller.unary(
    methods.kv.txn,
    transactionOf(batch),
    others.length === 0 ? action : "write",
    options,
  );
}

function transactionOf(batch: readonly BatchedCall[]): TxnRequestInit {
  return { success: batch.map(({ init }) => init.operation.wire) };
}

async function failed(
  caller: Caller,
  batch: readonly BatchedCall[],
  error: unknown,
): Promise<Refusal | undefined> {
  if (!(error instanceof EtcdError)) {
    for (const call of batch) call.fail(error);
    return;
  }
  const { code, grpcCode, maybeCommitted } = error;
  if (code === "too_many_operations" || code === "request_too_large") {
    for (const call of batch) call.takeBack();
    return code;
  }
  if (!maybeCommitted && OF_ONE_OPERATION.has(grpcCode) && !OF_ALL.has(code)) {
    await Promise.all(batch.map((call) => sendAlone(caller, call)));
    return;
  }
  for (const call of batch) call.failWith(error);
}

/** What is left of a time, for the options of a call. */
function leftMs(deadlineAt: number): number | false {
  if (deadlineAt === Infinity) return false;
  return Math.max(Math.ceil(deadlineAt - performance.now()), 1);
}

/** A signal that is aborted when every one of these calls has been. */
function allAborted(
  batch: readonly BatchedCall[],
): { readonly signal: AbortSignal; stop(): void } | undefined {
  const signals: AbortSignal[] = [];
  for (const { init: { signal } } of batch) {
    if (signal === undefined) return undefined;
    signals.push(signal);
  }
  const all = new AbortController();
  const ended = new AbortController();
  for (const signal of new Set(signals)) {
    signal.addEventListener("abort", () => {
      if (signals.every(({ aborted }) => aborted)) all.abort(signal.reason);
    }, { signal: ended.signal });
  }
  return {
    signal: all.signal,
    // Nobody sees the reason; without one, an error with its stack is made.
    stop: () => ended.abort(null),
  };
}
