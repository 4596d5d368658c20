import type { KeyValueInit } from "../../../proto/gen/messages.ts";
import { fromBigInt, type Int64 } from "../../../proto/int64.ts";
import { FakeStatus } from "../../harness/mod.ts";

/** A key as it is, or was; without a value it was deleted. */
export interface Row {
  readonly key: string;
  readonly value: Uint8Array | undefined;
  readonly created: bigint;
  readonly modified: bigint;
  readonly lease: Int64;
  readonly before: Row | undefined;
}

/** Keys as text, a character a byte. */
export const text: TextDecoder = new TextDecoder("latin1");

/** Ends a call with a status. */
export function refuse(details: string, grpcCode: number): never {
  throw new FakeStatus(grpcCode, details);
}

/** Whether a key is in a range as requests name it. */
export function isIn(
  { key, end }: { readonly key: string; readonly end: string },
  other: string,
): boolean {
  if (end === "") return other === key;
  return other >= key && (end === "\0" || other < end);
}

/** The pair of a row, as a message has it. */
export function toKv(
  { key, value, created, modified, lease }: Row,
): KeyValueInit {
  return {
    key: Uint8Array.from(key, (char) => char.charCodeAt(0)),
    value: value ?? new Uint8Array(),
    createRevision: fromBigInt(created),
    modRevision: fromBigInt(modified),
    lease,
  };
}
