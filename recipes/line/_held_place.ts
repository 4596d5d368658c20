import { copyBytes } from "../../api/values/mod.ts";
import { abortable, onAbort, withDeadline } from "../../api/waiting/mod.ts";
import { EtcdError } from "../../errors/etcd_error.ts";
import type { Bytes, Comparison, PromptOptions } from "../../mod.ts";
import type { Place } from "./_place.ts";
import { placeLostError } from "./_place_lost_error.ts";

/** The time of calls that do not wait for others, in milliseconds. */
export const PROMPT_MS = 30_000;

/** A place that is held, until it is lost or given back. */
export class HeldPlace {
  readonly key: Bytes;
  readonly revision: bigint;
  readonly signal: AbortSignal;
  readonly guard: Comparison;
  readonly #abort = new AbortController();
  readonly #place: Place;
  readonly #onEnd: () => void;
  readonly #unlink: () => void;

  constructor(place: Place, onEnd: (held: HeldPlace) => void) {
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

  /** Gives it back. Goes on if the wait for it ends. Idempotent. */
  async giveBack(options: PromptOptions = {}): Promise<void> {
    const { signal, timeoutMs = PROMPT_MS } = options;
    this.#end(this.#lost("released"));
    await withDeadline({
      signal,
      timeoutMs: timeoutMs === false ? Infinity : timeoutMs,
      action: () => `give ${this.#place.thing} back`,
    }, (context) => abortable(this.#place.leave(), context.signal));
  }

  toJSON(): unknown {
    return { key: this.key, revision: String(this.revision) };
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
        action: () => `keep ${this.#place.thing}`,
      }, (context) => this.#place.waitUntilLost(context));
    } catch (error) {
      if (this.signal.aborted) return;
      const isLoss = error instanceof EtcdError && error.code === "lock_lost";
      this.#end(isLoss ? error : this.#lost("unknown", error));
    }
  }

  #lost(state: "released" | "unknown", cause?: unknown) {
    return placeLostError(this.#place.thing, { state, cause });
  }
}
