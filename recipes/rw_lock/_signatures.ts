import {
  ANYTHING,
  COUNT,
  Signature,
  WAIT_OPTIONS,
} from "../../api/checks/mod.ts";

type Methods =
  | "rwLock"
  | "readLock"
  | "tryReadLock"
  | "writeLock"
  | "tryWriteLock"
  | "unlock";

/** The methods of read-write locks, with their options. */
export const SIGNATURES: Readonly<Record<Methods, Signature>> = {
  rwLock: new Signature("rwLock", { session: ANYTHING, ttlSeconds: COUNT }),
  readLock: new Signature("RwLock.readLock", WAIT_OPTIONS),
  tryReadLock: new Signature("RwLock.tryReadLock", WAIT_OPTIONS),
  writeLock: new Signature("RwLock.writeLock", WAIT_OPTIONS),
  tryWriteLock: new Signature("RwLock.tryWriteLock", WAIT_OPTIONS),
  unlock: new Signature("Lock.unlock", WAIT_OPTIONS),
};
