import {
  ANYTHING,
  checkTimeoutMs,
  COUNT,
  FUNCTION,
  oneOf,
  SIGNAL,
  Signature,
  WAIT_OPTIONS,
} from "../../api/checks/mod.ts";
import { SYSTEM_CLOCK, withDeadline } from "../../api/waiting/mod.ts";
import type { Key, Keyspace, PromptOptions } from "../../mod.ts";
import { checkCodec, type Codec, text } from "../codec/mod.ts";
import { checkKeyspace, keepKey } from "../steps/mod.ts";
import { endedError } from "./_errors.ts";
import { Registering, type RegisterSettings } from "./_registering.ts";
import type {
  CodecRegisterOptions,
  RegisterOptions,
  Registration,
  RegistrationState,
} from "./types.ts";

const DEFAULT_TTL_SECONDS = 10;
const DEFAULT_TIMEOUT_MS = 30_000;

const REGISTER = new Signature("register", {
  codec: ANYTHING,
  onConflict: oneOf("wait", "takeOver", "fail"),
  onStateChange: FUNCTION,
  signal: SIGNAL,
  ttlSeconds: COUNT,
});
const UPDATE = new Signature("Registration.update", WAIT_OPTIONS);

type GivenOptions<T> = RegisterOptions & { readonly codec?: Codec<T> };

/**
 * Puts a key that stands as long as this process lives, and keeps it there.
 * Resolves when it is there for the first time.
 *
 * - It comes back by itself: when its lease is lost, when somebody deletes it,
 *   when an older snapshot is restored, and in a cluster that has lost its
 *   data.
 * - It never overwrites the key of another, unless told to by `onConflict`.
 * - It stands under one lease at a time, and `close()` takes it away at once.
 *
 * ```ts
 * import type { Client } from "@etcdeno/client";
 * import { register } from "@etcdeno/client/recipes";
 *
 * async function serve(client: Client, work: () => Promise<void>) {
 *   await using service = await register(client, "svc/a", "10.0.0.7:80");
 *   await work();
 *   console.log(service.epoch);
 * }
 * ```
 *
 * Throws the reason of a `signal` that is aborted.
 *
 * @throws {InvalidOptionError} If an argument or option is not acceptable.
 * @throws {CodecError} If the value does not encode.
 * @throws {EtcdError} With the code `already_exists` if another has the key and
 * `onConflict` is `fail`. If etcd refuses it for a reason that does not pass by
 * itself, such as a missing permission; later ones are tried again.
 */
export function register<T>(
  ks: Keyspace,
  key: Key,
  value: T,
  options: CodecRegisterOptions<T>,
): Promise<Registration<T>>;
/** The same for a value that is text. */
export function register(
  ks: Keyspace,
  key: Key,
  value: string,
  options?: RegisterOptions,
): Promise<Registration<string>>;
export async function register<T>(
  ks: Keyspace,
  key: Key,
  value: T,
  options: GivenOptions<T> = {},
): Promise<Registration<T>> {
  const settings = REGISTER.take(options, (): RegisterSettings<T> => ({
    ks: checkKeyspace(ks),
    ...keepKey("key", key),
    codec: checkCodec("codec", options.codec ?? text),
    ttlSeconds: options.ttlSeconds ?? DEFAULT_TTL_SECONDS,
    onConflict: options.onConflict ?? "wait",
    onStateChange: options.onStateChange,
    signal: options.signal,
    clock: SYSTEM_CLOCK,
  }));
  settings.signal?.throwIfAborted();
  const registering = new Registering(settings, value);
  const { status } = registering;
  await status.until(() => status.epoch > 0, undefined);
  return new Registered(registering, settings.shown);
}

/** A registration in the hands of the user. */
class Registered<T> implements Registration<T> {
  readonly #registering: Registering<T>;
  readonly #shown: string;

  constructor(registering: Registering<T>, shown: string) {
    this.#registering = registering;
    this.#shown = shown;
  }

  get state(): RegistrationState {
    return this.#registering.status.state;
  }

  get epoch(): number {
    return this.#registering.status.epoch;
  }

  async update(value: T, options: PromptOptions = {}): Promise<void> {
    UPDATE.check(options);
    const { signal, timeoutMs: given = DEFAULT_TIMEOUT_MS } = options;
    const timeoutMs = checkTimeoutMs("timeoutMs", given);
    const action = () => `update ${this.#shown}`;
    await withDeadline({ signal, timeoutMs, action }, async (context) => {
      this.#throwIfEnded();
      // It is put sooner or later.
      context.maybeCommitted = true;
      try {
        await this.#registering.change(value, context.signal);
      } catch (error) {
        context.signal.throwIfAborted();
        context.maybeCommitted = false;
        this.#throwIfEnded();
        throw error;
      }
    });
  }

  close(): Promise<void> {
    return this.#registering.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #throwIfEnded(): void {
    const { state } = this;
    if (state.kind === "closed") throw endedError(this.#shown, state.reason);
  }
}
