import {
  CALL_OPTIONS,
  COUNT,
  FLAG,
  LEASE,
  oneOf,
  type OptionKinds,
  REVISION,
  Signature,
  TRUE,
} from "../checks/mod.ts";

/** The options of a read of one key. */
export const READ_OPTIONS: OptionKinds = {
  revision: REVISION,
  serializable: FLAG,
  keysOnly: FLAG,
};

const REVISION_FILTER: OptionKinds = {
  minModRevision: REVISION,
  maxModRevision: REVISION,
  minCreateRevision: REVISION,
  maxCreateRevision: REVISION,
};

/** The options of a read of a range. */
export const RANGE_OPTIONS: OptionKinds = {
  ...READ_OPTIONS,
  ...REVISION_FILTER,
  limit: COUNT,
  sortBy: oneOf("key", "version", "create", "mod", "value"),
  order: oneOf("ascend", "descend"),
  countOnly: FLAG,
};

const LIST_OPTIONS: OptionKinds = {
  ...READ_OPTIONS,
  ...REVISION_FILTER,
  pageSize: COUNT,
};

/** The options of a put. */
export const PUT_OPTIONS: OptionKinds = {
  lease: LEASE,
  prevKv: FLAG,
  ignoreValue: FLAG,
  ignoreLease: FLAG,
};

/** The options of a delete. */
export const DELETE_OPTIONS: OptionKinds = { prevKv: FLAG };

/** The condition that a write of one key may have. */
const IF_MOD_REVISION: OptionKinds = { ifModRevision: REVISION };

type Methods =
  | "get"
  | "range"
  | "list"
  | "put"
  | "delete"
  | "txn"
  | "batched"
  | "compact";

/** The methods of `Kv`, with the options of each. */
export const KV: Readonly<Record<Methods, Signature>> = {
  get: new Signature("get", { ...CALL_OPTIONS, ...READ_OPTIONS }),
  range: new Signature("range", { ...CALL_OPTIONS, ...RANGE_OPTIONS }),
  list: new Signature("list", { ...CALL_OPTIONS, ...LIST_OPTIONS }),
  put: new Signature("put", {
    ...CALL_OPTIONS,
    ...PUT_OPTIONS,
    ...IF_MOD_REVISION,
    ifAbsent: TRUE,
  }),
  delete: new Signature("delete", {
    ...CALL_OPTIONS,
    ...DELETE_OPTIONS,
    ...IF_MOD_REVISION,
  }),
  txn: new Signature("txn", CALL_OPTIONS),
  batched: new Signature("kv.batched", {}),
  compact: new Signature("kv.compact", { ...CALL_OPTIONS, physical: FLAG }),
};
