/**
 * Software transactional memory: several keys changed by a function.
 *
 * @module
 */
export { stm } from "./stm.ts";
export type {
  CodecStmOptions,
  Isolation,
  StmEntry,
  StmOptions,
  StmPutOptions,
  StmReadOptions,
  StmResult,
  Transact,
  Tx,
} from "./types.ts";
