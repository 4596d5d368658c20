import type { KeyValue, PromptOptions } from "../../mod.ts";
import type { Codec } from "../codec/mod.ts";

/**
 * The behaviour where another has put the key.
 *
 * - `wait`: the registration waits until that key is gone.
 * - `takeOver`: it overwrites the key.
 * - `fail`: it ends with the code `already_exists`.
 */
export type ConflictPolicy = "wait" | "takeOver" | "fail";

/** The state of a registration. */
export type RegistrationState =
  /**
   * The key is being put: for the first time, or since it was lost for this
   * `reason`.
   */
  | { readonly kind: "registering"; readonly reason: Error | undefined }
  /** Another has the key, and has put this. */
  | { readonly kind: "waiting"; readonly holder: KeyValue }
  /** The key is there, as far as anybody here can know. */
  | {
    readonly kind: "registered";
    /** The registration's {@linkcode Registration.epoch}. */
    readonly epoch: number;
  }
  /** The registration has ended: by `close()`, or for this reason. */
  | { readonly kind: "closed"; readonly reason: unknown };

/** Options of {@linkcode register}. */
export interface RegisterOptions {
  /**
   * The seconds after which the key goes when this process is gone.
   *
   * @default {10}
   */
  readonly ttlSeconds?: number | undefined;
  /** The behaviour where another has put the key. @default {"wait"} */
  readonly onConflict?: ConflictPolicy | undefined;
  /**
   * Called after each change of state. An error that it throws changes nothing,
   * and becomes a warning of the process.
   */
  readonly onStateChange?: ((state: RegistrationState) => void) | undefined;
  /** Ends the registration: `register()` rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of {@linkcode register} for values that are not text. */
export interface CodecRegisterOptions<T> extends RegisterOptions {
  /** Makes bytes of values. @default {text} */
  readonly codec: Codec<T>;
}

/** A key that stands as long as this process lives: made by `register()`. */
export interface Registration<T> extends AsyncDisposable {
  /** The state now. */
  readonly state: RegistrationState;
  /** The times that the key was put anew, 1 for the first one. */
  readonly epoch: number;
  /**
   * Changes the value. Resolves when it is in etcd.
   *
   * @throws {CodecError} If the value does not encode; the one before stays.
   * @throws {TimeoutError} If that takes longer than `timeoutMs`, by default
   * 30 s. The value is put all the same, as soon as it can be.
   * @throws {EtcdError} If the registration has ended.
   */
  update(value: T, options?: PromptOptions): Promise<void>;
  /**
   * Takes the key away, and resolves when it is gone. Idempotent.
   *
   * @throws {EtcdError} If etcd cannot be reached, with `maybeCommitted` if it
   * may be gone. It goes with its lease then.
   */
  close(): Promise<void>;
}
