import type { CallOptions } from "../call/mod.ts";
import type { KeyValue, ResponseHeader } from "../values/mod.ts";
import type { LeaseRef } from "../checks/mod.ts";

/** Options of a read. */
export interface ReadOptions {
  /** The revision to read at. @default {the newest} */
  readonly revision?: bigint | undefined;
  /**
   * Whether any member may answer from its own data, without asking the
   * others: that is faster, works even without a leader, and may be stale.
   *
   * @default {false}
   */
  readonly serializable?: boolean | undefined;
  /**
   * Whether to leave the values out. etcd 3.7 then leaves out the leases, too:
   * they are 0.
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

/** The field that a range is sorted by. */
export type SortTarget = "key" | "version" | "create" | "mod" | "value";

/** Options of a range read. */
export interface RangeOptions extends ReadOptions, RevisionFilter {
  /** The most keys to return. @default {no limit} */
  readonly limit?: number | undefined;
  /**
   * The field to sort by. Any order but that of ascending keys makes the server
   * read the whole range before the limit applies.
   *
   * @default {"key"}
   */
  readonly sortBy?: SortTarget | undefined;
  /** The direction to sort in. @default {"ascend"} */
  readonly order?: "ascend" | "descend" | undefined;
  /** Whether to return the count alone. @default {false} */
  readonly countOnly?: boolean | undefined;
}

/** Options of a listing. */
export interface ListOptions extends ReadOptions, RevisionFilter {
  /**
   * The number of keys in the first page. Later pages have as many as make
   * about 2 MiB, judged by the keys before. A page has at least one key, at
   * most 20 000, and at most eight times as many as the page before. From etcd
   * 3.7 on, the server chooses.
   *
   * @default {16}
   */
  readonly pageSize?: number | undefined;
}

/** The result of a range read. */
export interface RangeResult {
  /** The answering member's header. */
  readonly header: ResponseHeader;
  /** The keys, sorted as asked. */
  readonly kvs: readonly KeyValue[];
  /** Whether the limit cut some off. */
  readonly more: boolean;
  /**
   * The number of keys in the range, whatever the limit: also of those that a
   * {@linkcode RevisionFilter} leaves out.
   */
  readonly count: bigint;
}

/** Options of a put. */
export interface PutOptions {
  /** The lease to attach the key to, or its id. @default {none} */
  readonly lease?: LeaseRef | undefined;
  /** Whether to return the key as it was before. @default {false} */
  readonly prevKv?: boolean | undefined;
  /**
   * Whether to keep the value and change only the lease. The value given must
   * then be empty, and the key must exist.
   *
   * @default {false}
   */
  readonly ignoreValue?: boolean | undefined;
  /**
   * Whether to keep the lease and change only the value. The key must exist.
   *
   * @default {false}
   */
  readonly ignoreLease?: boolean | undefined;
}

/** The result of a put. */
export interface PutResult {
  /** The answering member's header; its revision is the put's. */
  readonly header: ResponseHeader;
  /** The key as it was before, if asked for and there was one. */
  readonly prevKv: KeyValue | undefined;
}

/** Options of a delete. */
export interface DeleteOptions {
  /** Whether to return the deleted keys. @default {false} */
  readonly prevKv?: boolean | undefined;
}

/** The result of a delete. */
export interface DeleteResult {
  /** The answering member's header. */
  readonly header: ResponseHeader;
  /** The number of keys that were deleted. */
  readonly deleted: bigint;
  /** The deleted keys, if asked for. */
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

/** The result of a compaction. */
export interface CompactResult {
  /** The answering member's header. */
  readonly header: ResponseHeader;
}
