import type { PromptOptions } from "../../mod.ts";
import { HeldPlace } from "../line/mod.ts";
import { SIGNATURES } from "./_signatures.ts";
import type { Permit } from "./types.ts";

/** A permit in the hands of the user. */
export class HeldPermit extends HeldPlace implements Permit {
  async release(options: PromptOptions = {}): Promise<void> {
    SIGNATURES.release.check(options);
    await this.giveBack(options);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }
}
