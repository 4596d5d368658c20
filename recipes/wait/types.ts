import type { CodecError } from "../../errors/codec_error.ts";
import type { Codec } from "../codec/mod.ts";
import type { ViewReader } from "../view/mod.ts";

/** Options of {@linkcode waitFor}. */
export interface WaitForOptions {
  /**
   * Called for each value that does not decode, as that of a view. The wait then
   * goes on; without this function it ends with the error.
   */
  readonly onInvalid?: ((error: CodecError) => void) | undefined;
  /** Ends the wait with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** The time in milliseconds; `false` for no limit. @default {false} */
  readonly timeoutMs?: number | false | undefined;
}

/** Options of {@linkcode waitFor} for values that are not text. */
export interface CodecWaitForOptions<T> extends WaitForOptions {
  /** Makes values of bytes. @default {text} */
  readonly codec: Codec<T>;
}

/**
 * A condition on what a view has: gives `undefined`, `null` or `false` as long as
 * it does not hold, then anything else.
 */
export type WaitCondition<T, R> = (
  view: ViewReader<T>,
) => R | undefined | null | false;
