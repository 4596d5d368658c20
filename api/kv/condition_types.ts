import type { LeaseRef } from "../checks/mod.ts";
import type { KeyValue, ResponseHeader } from "../values/mod.ts";
import type {
  DeleteOptions,
  DeleteResult,
  PutOptions,
  PutResult,
} from "./types.ts";

/** Options of a put that is done only if the key is as it was. */
export interface PutIfUnchangedOptions extends PutOptions {
  /**
   * The `modRevision` that the key must have; 0 stands for a key that does not
   * exist.
   */
  readonly ifModRevision: bigint;
  /** Only without `ifModRevision`. */
  readonly ifAbsent?: undefined;
}

/** Options of a put that is done only if the key does not exist. */
export interface PutIfAbsentOptions {
  /** Whether the key must not exist: `true`, or a put without this option. */
  readonly ifAbsent: true;
  /** Only without `ifAbsent`. */
  readonly ifModRevision?: undefined;
  /** The lease to attach the key to, or its id. @default {none} */
  readonly lease?: LeaseRef | undefined;
}

/** Options of a put with a condition. */
export type ConditionalPutOptions = PutIfUnchangedOptions | PutIfAbsentOptions;

/** Options of a delete that is done only if the key is as it was. */
export interface ConditionalDeleteOptions extends DeleteOptions {
  /** The `modRevision` that the key must have: above 0, as it must exist. */
  readonly ifModRevision: bigint;
}

/** The condition of a write did not hold: nothing was changed. */
export interface ConditionFailed {
  /** The answering member's header. */
  readonly header: ResponseHeader;
  /** The condition did not hold. */
  readonly succeeded: false;
  /** The key as it is; `undefined` if it does not exist. */
  readonly current: KeyValue | undefined;
}

/** The result of a put with a condition. */
export type ConditionalPutResult =
  | PutResult & {
    /** The condition held, and the key was written. */
    readonly succeeded: true;
  }
  | ConditionFailed;

/** The result of a delete with a condition. */
export type ConditionalDeleteResult =
  | DeleteResult & {
    /** The condition held, and the key was deleted. */
    readonly succeeded: true;
  }
  | ConditionFailed;
