import { copyBytes } from "../../api/values/mod.ts";
import { abortable, onAbort, withDeadline } from "../../api/waiting/mod.ts";
import { EtcdError } from "../../errors/etcd_error.ts";
import type { Bytes, Comparison, PromptOptions } from "../../mod.ts";
import type { Place } from "./_place.ts";
import { permitLostError } from "./_permit_lost_error.ts";
import { SIGNATURES } from "./_signatures.ts";
import type { Permit } from "./types.ts";

/** The time of calls that do not wait for others, in milliseconds. */
export const PROMPT_MS = 30_000;

/** A permit in the hands of the user. */
export class HeldPermit implements Permit {
  readonly key: Bytes;
  readonly revision: bigint;
  readonly signal: AbortSignal;
  readonly guard: Comparison;
  readonly #abort = new AbortController();
  readonly #place: Place;
  readonly #onEnd: () => void;
  readonly #unlink: () => void;

  constructor(place: Place, onEnd: (permit: HeldPermit) => void) {
    this.#place = place;
    this.#onEnd = () => onEnd(this);
    this.key = copyBytes(place.key);
    this.revision = place.revision;
    this.guard = place.guard;
    this.signal = this.#abort.signal;
    this.#unlink = onAbort(
      place.session.signal,
      (reason) => this.#end(reason),
    );
    if (!this.signal.aborted) void this.#follow();
  }

  async release(options: PromptOptions = {}): Promise<void> {
    SIGNATURES.release.check(options);
    const { signal, timeoutMs = PROMPT_MS } = options;
    this.#end(permitLostError("released"));
    await withDeadline({
      signal,
      timeoutMs: timeoutMs === false ? Infinity : timeoutMs,
      action: () => "give the permit back",
    }, (context) => abortable(this.#place.leave(), context.signal));
  }

  toJSON(): unknown {
    return { key: this.key, revision: String(this.revision) };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }

  #end(reason: unknown): void {
    if (this.signal.aborted) return;
    this.#abort.abort(reason);
    this.#unlink?.();
    // A failure is told to whoever gives it back; the lease bounds the key.
    this.#place.leave().catch(() => {}).finally(this.#onEnd);
  }

  async #follow(): Promise<void> {
    try {
      await withDeadline({
        signal: this.signal,
        timeoutMs: Infinity,
        action: () => "keep the permit",
      }, (context) => this.#place.waitUntilLost(context));
    } catch (error) {
      if (this.signal.aborted) return;
      const isLoss = error instanceof EtcdError && error.code === "lock_lost";
      this.#end(isLoss ? error : permitLostError("unknown", error));
    }
  }
}
