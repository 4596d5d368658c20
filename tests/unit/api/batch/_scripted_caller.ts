import type { TracedOptions } from "../../../../api/call/_trace.ts";
import type { CallOptions } from "../../../../api/call/options.ts";
import type { Caller, UnaryCall } from "../../../../api/call/caller.ts";
import type {
  RangeRequestInit,
  RequestOpInit,
  TxnRequestInit,
} from "../../../../proto/gen/messages.ts";
import { fromBigInt } from "../../../../proto/int64.ts";

/** A call that waits for the test to answer it. */
export interface ScriptedCall {
  readonly method: string;
  readonly action: string;
  readonly options: CallOptions;
  /** The keys of its request, in order: `get a`, `put b`. */
  readonly does: readonly string[];
  /** Answers as an etcd at this revision would. */
  succeed(revision?: bigint): void;
  fail(error: unknown): void;
}

/** Keeps every call for the test. */
export class ScriptedCaller implements Caller {
  readonly calls: ScriptedCall[] = [];

  unary<Request, Response>(
    { method: { name }, action }: UnaryCall<Request, Response>,
    request: Request,
    options: TracedOptions = {},
  ): Promise<Response> {
    // It is sent at once.
    options.encode?.();
    return new Promise((resolve, reject) => {
      const { signal } = options;
      signal?.addEventListener("abort", () => reject(signal.reason));
      const operations = operationsOf(name, request);
      this.calls.push({
        method: name,
        action,
        options,
        does: operations.map(describe),
        succeed: (revision = 1n) => {
          const header = headerAt(revision);
          const replies = operations.map((one) => replyTo(one, revision));
          resolve(
            (name === "KV.Txn"
              ? {
                header,
                succeeded: true,
                responses: replies.map((reply) => ({
                  ...reply,
                })),
              }
              : { ...Object.values(replies[0] ?? {})[0], header }) as Response,
          );
        },
        fail: reject,
      });
    });
  }

  /** The call of this number, from 0. */
  call(at: number): ScriptedCall {
    const call = this.calls[at];
    if (call === undefined) throw new Error(`There is no call ${at}`);
    return call;
  }
}

function operationsOf(name: string, request: unknown): RequestOpInit[] {
  switch (name) {
    case "KV.Txn":
      return [...(request as TxnRequestInit).success ?? []];
    case "KV.Put":
      return [{ requestPut: request as object }];
    case "KV.DeleteRange":
      return [{ requestDeleteRange: request as object }];
    default:
      return [{ requestRange: request as object }];
  }
}

function describe(operation: RequestOpInit): string {
  const { requestRange, requestPut, requestDeleteRange } = operation;
  const key = (requestRange ?? requestPut ?? requestDeleteRange)?.key;
  const verb = requestRange ? "get" : requestPut ? "put" : "delete";
  return `${verb} ${new TextDecoder().decode(key)}`;
}

function replyTo(
  { requestRange, requestPut }: RequestOpInit,
  revision: bigint,
): Readonly<Record<string, object>> {
  if (requestRange) {
    return {
      responseRange: {
        kvs: [keyValue(requestRange, revision)],
        more: false,
        count: fromBigInt(1n),
      },
    };
  }
  return requestPut ? { responsePut: {} } : {
    responseDeleteRange: { deleted: fromBigInt(1n), prevKvs: [] },
  };
}

function keyValue({ key = new Uint8Array() }: RangeRequestInit, at: bigint) {
  const revision = fromBigInt(at);
  return {
    key,
    value: key,
    createRevision: revision,
    modRevision: revision,
    version: revision,
    lease: fromBigInt(0n),
  };
}

function headerAt(revision: bigint) {
  return {
    clusterId: fromBigInt(1n),
    memberId: fromBigInt(2n),
    revision: fromBigInt(revision),
    raftTerm: fromBigInt(3n),
  };
}
