import type { Lock, PromptOptions } from "../../mod.ts";
import { HeldPlace } from "../line/mod.ts";
import { SIGNATURES } from "./_signatures.ts";

/** A lock in the hands of the user. */
export class HeldLock extends HeldPlace implements Lock {
  async unlock(options: PromptOptions = {}): Promise<void> {
    SIGNATURES.unlock.check(options);
    await this.giveBack(options);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.unlock();
  }
}
