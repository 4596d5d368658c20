import {
  ANYTHING,
  checkTimeoutMs,
  COUNT,
  LEASE,
  leaseIdOf,
  Signature,
  WAIT_OPTIONS,
} from "../../api/checks/mod.ts";
import type { Clock } from "../../api/waiting/mod.ts";
import type { Key, Keyspace } from "../../mod.ts";
import { checkCodec, type Codec, text } from "../codec/mod.ts";
import { checkFunction, checkKeyspace, keepKey } from "../steps/mod.ts";
import { ownDoubtPolicy } from "./_doubt_policy.ts";
import type { UpdateSettings } from "./_updating.ts";
import type { Change, UpdateOptions } from "./types.ts";

const DEFAULT_TIMEOUT_MS = 30_000;

const SIGNATURE = new Signature("update", {
  ...WAIT_OPTIONS,
  attempts: COUNT,
  codec: ANYTHING,
  doubt: ANYTHING,
  lease: LEASE,
});

/** The options of an update, of which none need be given. */
export interface GivenUpdateOptions<T> extends UpdateOptions {
  readonly codec?: Codec<T> | undefined;
}

/** The arguments of an update. */
export interface UpdateArguments<T> {
  readonly ks: Keyspace;
  readonly key: Key;
  readonly change: Change<T>;
  readonly options: GivenUpdateOptions<T>;
}

/**
 * Checks the arguments of an update.
 *
 * @throws {InvalidOptionError} If one of them is not acceptable.
 */
export function updateSettings<T>(
  { ks, key, change, options }: UpdateArguments<T>,
  clock: Clock,
): UpdateSettings<T> & { readonly timeoutMs: number } {
  return SIGNATURE.take(options, () => ({
    ks: checkKeyspace(ks),
    ...keepKey("key", key),
    change: checkFunction("change", change),
    codec: checkCodec<T>("codec", options.codec ?? text),
    attempts: options.attempts ?? Infinity,
    lease: leaseIdOf<undefined>(options.lease),
    doubt: ownDoubtPolicy(options.doubt),
    timeoutMs: checkTimeoutMs(
      "timeoutMs",
      options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    ),
    clock,
  }));
}
