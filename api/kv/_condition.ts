import { InvalidOptionError } from "../../errors/invalid_option_error.ts";
import {
  CompareResult,
  CompareTarget,
  type RequestOpInit,
  type TxnRequestInit,
  type TxnResponse,
} from "../../proto/gen/messages.ts";
import { fromBigInt } from "../../proto/int64.ts";
import {
  jsonable,
  type Key,
  keyBytes,
  type KeyRange,
  toHeader,
  toKeyValue,
  type Value,
} from "../values/mod.ts";
import {
  deleteRequest,
  deleteResult,
  putRequest,
  putResult,
} from "./_codec.ts";
import { present } from "./_present.ts";
import type {
  ConditionalDeleteOptions,
  ConditionalDeleteResult,
  ConditionalPutOptions,
  ConditionalPutResult,
  ConditionFailed,
} from "./condition_types.ts";

const CONDITIONS = ["ifModRevision", "ifAbsent"] as const;

/** Whether a write names a condition, be it one without a value. */
export function isConditional<T extends object>(
  options: unknown,
): options is T {
  return typeof options === "object" && options !== null &&
    CONDITIONS.some((name) => name in options);
}

/** The transaction of a put with a condition. */
export function putIfRequest(
  key: Key,
  value: Value,
  options: ConditionalPutOptions,
): TxnRequestInit {
  const modRevision = options.ifAbsent === undefined
    ? givenRevision(options.ifModRevision)
    : 0n;
  if (options.ifAbsent !== undefined) {
    refuse(options, {
      names: ["ifModRevision", "prevKv"],
      why: "with 'ifAbsent'",
    });
  }
  if (modRevision === 0n) {
    refuse(options, {
      names: ["ignoreValue", "ignoreLease"],
      why: "where the key must not exist, as it keeps a part of the key",
    });
  }
  const requestPut = putRequest(key, value, options);
  return ifUnchanged(keyBytes("key", key), modRevision, { requestPut });
}

/** The transaction of a delete with a condition. */
export function deleteIfRequest(
  key: Key | KeyRange,
  options: ConditionalDeleteOptions,
): TxnRequestInit {
  const modRevision = givenRevision(options.ifModRevision);
  if (modRevision === 0n) {
    throw new InvalidOptionError("ifModRevision", modRevision, {
      expected: "above 0, as a key that does not exist cannot be deleted",
    });
  }
  if (typeof key === "object" && "kind" in key) {
    throw new InvalidOptionError("range", key, {
      expected: "a single key with 'ifModRevision'",
    });
  }
  const requestDeleteRange = deleteRequest(key, options);
  return ifUnchanged(keyBytes("key", key), modRevision, {
    requestDeleteRange,
  });
}

/** The result of a put with a condition. */
export function putIfResult(wire: TxnResponse): ConditionalPutResult {
  if (!wire.succeeded) return conditionFailed(wire);
  const { prevKv } = putResult(
    present("put", wire.responses[0]?.responsePut),
  );
  return { header: toHeader(wire.header), succeeded: true, prevKv };
}

/** The result of a delete with a condition. */
export function deleteIfResult(wire: TxnResponse): ConditionalDeleteResult {
  if (!wire.succeeded) return conditionFailed(wire);
  const { deleted, prevKvs } = deleteResult(
    present("delete", wire.responses[0]?.responseDeleteRange),
  );
  const header = toHeader(wire.header);
  return jsonable({ header, succeeded: true, deleted, prevKvs });
}

function conditionFailed(wire: TxnResponse): ConditionFailed {
  const { kvs: [kv] } = present("get", wire.responses[0]?.responseRange);
  const current = kv && toKeyValue(kv);
  return { header: toHeader(wire.header), succeeded: false, current };
}

/** Does a write if the key has this revision, and otherwise reads the key. */
function ifUnchanged(
  key: Uint8Array,
  modRevision: bigint,
  write: RequestOpInit,
): TxnRequestInit {
  return {
    compare: [{
      key,
      target: CompareTarget.MOD,
      result: CompareResult.EQUAL,
      modRevision: fromBigInt(modRevision),
    }],
    success: [write],
    failure: [{ requestRange: { key } }],
  };
}

/** A condition that was named is never left out in silence. */
function givenRevision(modRevision: bigint | undefined): bigint {
  if (modRevision !== undefined) return modRevision;
  throw new InvalidOptionError("ifModRevision", modRevision, {
    expected: "a bigint, or left out for a write without a condition",
  });
}

function refuse(
  options: object,
  { names, why }: { readonly names: readonly string[]; readonly why: string },
): void {
  for (const [name, value] of Object.entries(options)) {
    if (!names.includes(name) || value === undefined || value === false) {
      continue;
    }
    throw new InvalidOptionError(name, value, { expected: `absent ${why}` });
  }
}
