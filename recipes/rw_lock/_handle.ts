import type { Keyspace, Lock, LockOptions, PromptOptions } from "../../mod.ts";
import { Line } from "../line/mod.ts";
import type { SessionSource } from "../steps/mod.ts";
import { HeldLock } from "./_held_lock.ts";
import type { RwLockKeys } from "./_keys.ts";
import { SIGNATURES } from "./_signatures.ts";
import type { RwLock } from "./types.ts";

/** A read-write lock in the hands of the user. */
export class RwLockHandle implements RwLock {
  readonly #keys: RwLockKeys;
  readonly #line: Line;

  constructor(ks: Keyspace, keys: RwLockKeys, source: SessionSource) {
    this.#keys = keys;
    const { all: range, lanes, shown } = keys;
    const texts = {
      thing: "the lock",
      action: `lock ${shown}`,
      closed: `lock ${shown}: the read-write lock is closed`,
    };
    this.#line = new Line({ ks, source, range, lanes, texts });
  }

  async readLock(options: LockOptions = {}): Promise<Lock> {
    SIGNATURES.readLock.check(options);
    const wait = { ...options, method: "RwLock.readLock" };
    return await this.#line.acquire(this.#keys.reader, HeldLock, wait);
  }

  async writeLock(options: LockOptions = {}): Promise<Lock> {
    SIGNATURES.writeLock.check(options);
    const wait = { ...options, method: "RwLock.writeLock" };
    return await this.#line.acquire(this.#keys.writer, HeldLock, wait);
  }

  async tryReadLock(options: PromptOptions = {}): Promise<Lock | undefined> {
    SIGNATURES.tryReadLock.check(options);
    const wait = { ...options, method: "RwLock.tryReadLock" };
    return await this.#line.tryAcquire(this.#keys.reader, HeldLock, wait);
  }

  async tryWriteLock(options: PromptOptions = {}): Promise<Lock | undefined> {
    SIGNATURES.tryWriteLock.check(options);
    const wait = { ...options, method: "RwLock.tryWriteLock" };
    return await this.#line.tryAcquire(this.#keys.writer, HeldLock, wait);
  }

  close(): Promise<void> {
    return this.#line.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
