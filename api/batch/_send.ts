import { type Clock, onAbort } from "../../balancers/transport/mod.ts";
import { type ErrorCode, GRPC_CODE } from "../../errors/codes.ts";
import { EtcdError } from "../../errors/etcd_error.ts";
import type { TxnRequestInit, TxnResponse } from "../../proto/gen/messages.ts";
import { methods } from "../../proto/methods.ts";
import { replyOf, requestOf } from "./_operation.ts";
import type { BatchedCall, BatchedCallInit } from "./_call.ts";
import type { Caller, TracedOptions } from "../call/mod.ts";

/** Why a server did not look into a batch: the batch is too large for it. */
export type BatchTooLarge = "too_many_operations" | "request_too_large";

// A single operation can be to blame for these: then each is tried alone.
const OF_ONE_OPERATION: ReadonlySet<number> = new Set([
  GRPC_CODE.invalidArgument,
  GRPC_CODE.notFound,
  GRPC_CODE.permissionDenied,
  GRPC_CODE.resourceExhausted,
  GRPC_CODE.failedPrecondition,
  GRPC_CODE.outOfRange,
]);
// But for these, which would meet each of them as well.
const OF_ALL: ReadonlySet<ErrorCode> = new Set([
  "no_space",
  "too_many_requests",
  "auth_failed",
  "auth_old_revision",
]);

/** Sends calls, and knows how much time each has left. */
export interface SendParts {
  /** Makes the calls. */
  readonly caller: Caller;
  /** Tells the time. */
  readonly clock: Pick<Clock, "now">;
}

/**
 * Makes several calls in one transaction and settles them, unless the server
 * takes no batch of that size: then they wait again.
 */
export async function sendTogether(
  parts: SendParts,
  batch: readonly BatchedCall[],
): Promise<BatchTooLarge | undefined> {
  const all = allAborted(batch);
  let sent: readonly BatchedCall[] = [];
  const encode = () => {
    // A call that has failed by now must not be done all the same.
    sent = batch.filter(({ settled }) => !settled);
    for (const call of sent) call.send();
    return methods.kv.txn.encode(transactionOf(sent));
  };
  try {
    const { header, responses } = await callTogether(parts, batch, {
      encode,
      signal: all?.signal,
    });
    sent.forEach((call, at) => call.succeed(replyOf(responses[at], header)));
    return undefined;
  } catch (error) {
    return await settleFailed(parts, { batch, error });
  } finally {
    all?.stop();
  }
}

/** Makes one call as it is, and settles it. */
export async function sendAlone(
  parts: SendParts,
  call: BatchedCall,
): Promise<void> {
  if (call.settled) return;
  call.send();
  const timeoutMs = leftMs(parts, call.deadlineAt);
  try {
    call.succeed(await callAlone(parts.caller, { ...call.init, timeoutMs }));
  } catch (error) {
    call.fail(error);
  }
}

/** Makes one call as it is. */
export function callAlone(
  caller: Caller,
  { call, operation, signal, timeoutMs }: BatchedCallInit,
): Promise<unknown> {
  return caller.unary(call, requestOf(operation), { signal, timeoutMs });
}

function callTogether(
  parts: SendParts,
  batch: readonly BatchedCall[],
  late: Pick<TracedOptions, "encode" | "signal">,
): Promise<TxnResponse> {
  const deadlineAt = Math.max(...batch.map((call) => call.deadlineAt));
  const [action = "", ...others] = new Set(
    batch.map(({ init }) => init.call.action),
  );
  const options: TracedOptions = {
    ...late,
    timeoutMs: leftMs(parts, deadlineAt),
  };
  return parts.caller.unary(
    { method: methods.kv.txn, action: others.length === 0 ? action : "write" },
    transactionOf(batch),
    options,
  );
}

function transactionOf(batch: readonly BatchedCall[]): TxnRequestInit {
  return { success: batch.map(({ init }) => init.operation.wire) };
}

async function settleFailed(
  parts: SendParts,
  { batch, error }: {
    readonly batch: readonly BatchedCall[];
    readonly error: unknown;
  },
): Promise<BatchTooLarge | undefined> {
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
    await Promise.all(batch.map((call) => sendAlone(parts, call)));
    return;
  }
  for (const call of batch) call.failWith(error);
}

/** The time until a deadline, for the options of a call. */
function leftMs({ clock }: SendParts, deadlineAt: number): number {
  return Math.max(Math.ceil(deadlineAt - clock.now()), 1);
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
  const unlinks = [...new Set(signals)].map((signal) =>
    onAbort(signal, (reason) => {
      if (signals.every(({ aborted }) => aborted)) all.abort(reason);
    })
  );
  return {
    signal: all.signal,
    stop() {
      for (const unlink of unlinks) unlink();
    },
  };
}
