import type { CallOptions } from "../call/mod.ts";
import type { KeyValue, ResponseHeader } from "../values/mod.ts";
import type { LeaseRef } from "../checks/mod.ts";

/** Options of a read. */
export interface ReadOptions {
  /** The revision to read at. @default {the newest} */
  readonly revision?: bigint | undefined;
  /**
   * Whether any member may answer from what it has, without asking the
   * others: faster, served even without a leader, and possibly stale.
   *
   * @default {false}
   */
  readonly serializable?: boolean | undefined;
  /**
   * Whether to leave the values out. With etcd 3.7 that leaves out the leases,
   * too: they are 0.
   *
   * @default {false}
   */
  readonly keysOnly?: boolean | undefined;
}

/** Limits on the revisions of the keys returned. */
export interface RevisionFilter {
  /** Leaves out keys last changed before this revision. */
  readonly minModRevision?: bigint | undefined;
  /** Leaves out keys last changed after this revision. */
  readonly maxModRevision?: bigint | undefined;
  /** Leaves out keys created before this revision. */
  readonly minCreateRevision?: bigint | undefined;
  /** Leaves out keys created after this revision. */
  readonly maxCreateRevision?: bigint | undefined;
}

/** What a range is sorted by. */
export type SortTarget = "key" | "version" | "create" | "mod" | "value";

/** Options of a range read. */
export interface RangeOptions extends ReadOptions, RevisionFilter {
  /** The most keys to return. @default {no limit} */
  readonly limit?: number | undefined;
  /**
   * What to sort by. Any but keys upwards makes the server read the whole
   * range before the limit applies.
   *
   * @default {"key"}
   */
  readonly sortBy?: SortTarget | undefined;
  /** Which way to sort. @default {"ascend"} */
  readonly order?: "ascend" | "descend" | undefined;
  /** Whether to return the count alone. @default {false} */
  readonly countOnly?: boolean | undefined;
}

/** Options of a listing. */
export interface ListOptions extends ReadOptions, RevisionFilter {
  /**
   * How many keys the first page has. A later one has as many as make about
   * 2 MiB if they are like those before, at least one and at most eight times
   * as many as the one before or 20 000; or it is the server's choice.
   *
   * @default {16}
   */
  readonly pageSize?: number | undefined;
}

/** What a range read gives. */
export interface RangeResult {
  /** The answering member's header. */
  readonly header: ResponseHeader;
  /** The keys, sorted as asked. */
  readonly kvs: readonly KeyValue[];
  /** Whether the limit cut some off. */
  readonly more: boolean;
  /** How many keys the range has, whatever the limit. */
  readonly count: bigint;
}

/** Options of a put. */
export interface PutOptions {
  /** The lease to attach the key to, or its id. @default {none} */
  readonly lease?: LeaseRef | undefined;
  /** Whether to return what was there before. @default {false} */
  readonly prevKv?: boolean | undefined;
  /**
   * Whether to keep the value and change only the lease; the value given must
   * then be empty, and the key must exist.
   *
   * @default {false}
   */
  readonly ignoreValue?: boolean | undefined;
  /**
   * Whether to keep the lease and change only the value; the key must exist.
   *
   * @default {false}
   */
  readonly ignoreLease?: boolean | undefined;
}

/** What a put gives. */
export interface PutResult {
  /** The answering member's header; its revision is the put's. */
  readonly header: ResponseHeader;
  /** What was there before, if asked for and anything was. */
  readonly prevKv: KeyValue | undefined;
}

/** Options of a delete. */
export interface DeleteOptions {
  /** Whether to return what was deleted. @default {false} */
  readonly prevKv?: boolean | undefined;
}

/** What a delete gives. */
export interface DeleteResult {
  /** The answering member's header. */
  readonly header: ResponseHeader;
  /** How many keys were deleted. */
  readonly deleted: bigint;
  /** What was deleted, if asked for. */
  readonly prevKvs: readonly KeyValue[];
}

/** Options of a compaction. */
export interface CompactOptions extends CallOptions {
  /**
   * Whether to answer only when the history is gone from the member's disk.
   *
   * @default {false}
   */
  readonly physical?: boolean | undefined;
}

/** What a compaction gives. */
export interface CompactResult {
  /** The answering member's header. */
  readonly header: ResponseHeader;
}
