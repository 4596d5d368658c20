import type { Keyspace, LockOptions, PromptOptions } from "../../mod.ts";
import { Line } from "../line/mod.ts";
import type { SessionSource } from "../steps/mod.ts";
import { HeldPermit } from "./_held_permit.ts";
import { type SemaphoreKeys, semaphoreTerms } from "./_keys.ts";
import { SIGNATURES } from "./_signatures.ts";
import type { Permit, Semaphore } from "./types.ts";

/** A semaphore in the hands of the user. */
export class SemaphoreHandle implements Semaphore {
  readonly #keys: SemaphoreKeys;
  readonly #line: Line;

  constructor(ks: Keyspace, keys: SemaphoreKeys, source: SessionSource) {
    this.#keys = keys;
    const { permits: range, lanes, shown } = keys;
    const texts = {
      thing: "the permit",
      action: `get a permit of ${shown}`,
      closed: `wait for a permit of ${shown}: the semaphore is closed`,
    };
    this.#line = new Line({ ks, source, range, lanes, texts });
  }

  async acquire(options: LockOptions = {}): Promise<Permit> {
    const method = "Semaphore.acquire";
    SIGNATURES.acquire.check(options);
    const terms = semaphoreTerms(this.#keys);
    return await this.#line.acquire(terms, HeldPermit, { ...options, method });
  }

  async tryAcquire(options: PromptOptions = {}): Promise<Permit | undefined> {
    const method = "Semaphore.tryAcquire";
    SIGNATURES.tryAcquire.check(options);
    const terms = semaphoreTerms(this.#keys);
    const wait = { ...options, method };
    return await this.#line.tryAcquire(terms, HeldPermit, wait);
  }

  close(): Promise<void> {
    return this.#line.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
