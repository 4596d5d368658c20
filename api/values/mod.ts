/**
 * Keys, values, ranges and revisions, as they are given and shown.
 *
 * @module
 */
export { jsonable, jsonableList } from "./_json.ts";
export { keyId, keyOf } from "./_key_id.ts";
export { checkMadeIn, madeBy, madeIn, prefixOf } from "./_keyspace_of.ts";
export { BlockPool, Bytes, copyBytes, encodeBytes } from "./bytes.ts";
export {
  type KeyValue,
  type ResponseHeader,
  toHeader,
  toKeyValue,
  toKeyValues,
  toKeyValuesInSteps,
  toOneOfMany,
} from "./key_value.ts";
export {
  all,
  between,
  bounds,
  type EtcdRange,
  fromKey,
  type Key,
  keyAfter,
  keyBytes,
  type KeyRange,
  own,
  ownBounds,
  prefix,
  range,
  toBytes,
  type Value,
} from "./keys.ts";
