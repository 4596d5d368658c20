import type {
  DeleteRangeRequestInit,
  PutRequestInit,
  RangeRequestInit,
  RequestOpInit,
  ResponseHeader,
  ResponseOp,
} from "../../proto/gen/messages.ts";
import type { Method } from "../../proto/method.ts";
import { methods } from "../../proto/methods.ts";
import { BlockPool, keyId } from "../values/mod.ts";
import type { BatchMode } from "./mode.ts";

/** A kind of calls that may share a request with each other alone. */
export type LaneName = "linearizable" | "serializable" | "writes";

/** A call as an operation of a transaction. */
export interface BatchOperation {
  /** The lane that the call waits in. */
  readonly lane: LaneName;
  /** The operation. */
  readonly wire: RequestOpInit;
  /** The key it writes: calls that write one key keep their order. */
  readonly writes: string | undefined;
  /** About how many bytes it adds. */
  readonly bytes: number;
}

// The blocks of calls that wait: they are kept until these are answered.
const pool = new BlockPool();

// The most an operation takes besides its key and value.
const OVERHEAD_BYTES = 64;

/** The operation that does what a call does, if it may be batched. */
export function toOperation(
  { name }: Pick<Method<never, unknown>, "name">,
  request: unknown,
  mode: BatchMode,
): BatchOperation | undefined {
  switch (name) {
    case methods.kv.range.name:
      return ofRange(request as RangeRequestInit);
    case methods.kv.put.name:
      return mode === "all" ? ofPut(request as PutRequestInit) : undefined;
    case methods.kv.deleteRange.name:
      return mode === "all"
        ? ofDelete(request as DeleteRangeRequestInit)
        : undefined;
    default:
      return undefined;
  }
}

/** The request of the operation, as the call alone has it. */
export function requestOf({ wire }: BatchOperation): unknown {
  return wire.requestRange ?? wire.requestPut ?? wire.requestDeleteRange;
}

/** A copy of the operation, whose bytes nobody else writes to. */
export function ownOperation(operation: BatchOperation): BatchOperation {
  const { requestRange, requestPut, requestDeleteRange } = operation.wire;
  const wire = requestPut
    ? { requestPut: { ...ownKey(requestPut), value: own(requestPut.value) } }
    : requestRange
    ? { requestRange: ownKey(requestRange) }
    : { requestDeleteRange: ownKey(requestDeleteRange ?? {}) };
  return { ...operation, wire };
}

function ownKey<T extends { readonly key?: Uint8Array | undefined }>(
  request: T,
): T {
  return { ...request, key: own(request.key) };
}

function own(bytes: Uint8Array | undefined): Uint8Array | undefined {
  return bytes && pool.roomFor(bytes.length).copy(bytes);
}

/** The reply that the call alone would have had. */
export function replyOf(
  wire: ResponseOp | undefined,
  header: ResponseHeader | null | undefined,
): unknown {
  const reply = wire?.responseRange ?? wire?.responsePut ??
    wire?.responseDeleteRange;
  if (!reply) throw new Error("The answer to an operation is missing");
  // Within a transaction the server leaves the header empty but for a revision.
  // Nobody else has the reply. It is written to, as a copy would cost.
  (reply as { header?: typeof header }).header = header;
  return reply;
}

function ofRange(request: RangeRequestInit): BatchOperation | undefined {
  if (hasRangeEnd(request)) return undefined;
  return {
    lane: request.serializable ? "serializable" : "linearizable",
    wire: { requestRange: request },
    writes: undefined,
    bytes: lengthOf(request.key) + OVERHEAD_BYTES,
  };
}

function ofPut(request: PutRequestInit): BatchOperation {
  return {
    lane: "writes",
    wire: { requestPut: request },
    writes: idOf(request.key),
    bytes: lengthOf(request.key) + lengthOf(request.value) + OVERHEAD_BYTES,
  };
}

function ofDelete(request: DeleteRangeRequestInit): BatchOperation | undefined {
  if (hasRangeEnd(request)) return undefined;
  return {
    lane: "writes",
    wire: { requestDeleteRange: request },
    writes: idOf(request.key),
    bytes: lengthOf(request.key) + OVERHEAD_BYTES,
  };
}

function hasRangeEnd(
  { rangeEnd }: { readonly rangeEnd?: Uint8Array | null | undefined },
): boolean {
  return lengthOf(rangeEnd) > 0;
}

function idOf(key: Uint8Array | null | undefined): string {
  return keyId(key ?? new Uint8Array());
}

function lengthOf(bytes: Uint8Array | null | undefined): number {
  return bytes?.length ?? 0;
}
