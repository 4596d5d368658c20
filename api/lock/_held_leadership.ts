import { lockLostError } from "./_lock_lost_error.ts";
import { HeldLock, type HeldLockParts } from "./_held_lock.ts";
import { SIGNATURES } from "./_signatures.ts";
import { type Bytes, toBytes, type Value } from "../values/mod.ts";
import type { CallOptions } from "../call/mod.ts";
import { type Comparison, op, type PutResult } from "../kv/mod.ts";
import type { Leadership, PromptOptions } from "./types.ts";

/** A leadership that lasts until it is lost or given up. */
export class HeldLeadership implements Leadership {
  readonly key: Bytes;
  readonly revision: bigint;
  readonly signal: AbortSignal;
  readonly guard: Comparison;
  readonly #lock: HeldLock;
  readonly #parts: HeldLockParts;

  constructor(parts: HeldLockParts) {
    this.#parts = parts;
    this.#lock = new HeldLock(parts);
    ({
      key: this.key,
      revision: this.revision,
      signal: this.signal,
      guard: this.guard,
    } = this.#lock);
  }

  toJSON(): unknown {
    return this.#lock.toJSON();
  }

  async proclaim(
    value: Value,
    options: CallOptions = {},
  ): Promise<PutResult> {
    // Not this key and guard: who was given them may write to them.
    const { keys, lease, entry } = this.#parts;
    const put = SIGNATURES.proclaim.take(
      options,
      () => op.put(entry.key, toBytes("value", value), { lease }),
    );
    const { header, succeeded, results } = await keys.kv.txn(
      { if: entry.conditions, then: [put] },
      options,
    );
    if (!succeeded) throw lockLostError("proclaim");
    // That of the operation has but a revision.
    return { ...results[0], header };
  }

  async resign(options: PromptOptions = {}): Promise<void> {
    SIGNATURES.resign.check(options);
    await this.#lock.giveUp("resign", options);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.resign();
  }
}
