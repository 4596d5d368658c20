import {
  ANYTHING,
  checkTimeoutMs,
  COUNT,
  LIST,
  oneOf,
  Signature,
  WAIT_OPTIONS,
} from "../../api/checks/mod.ts";
import type { Clock } from "../../api/waiting/mod.ts";
import type { Keyspace } from "../../mod.ts";
import { checkCodec, type Codec, text } from "../codec/mod.ts";
import { checkFunction, checkKeyspace } from "../steps/mod.ts";
import { ownDoubtPolicy } from "../update/mod.ts";
import { itemOf } from "./_item.ts";
import { LEVELS } from "./_level.ts";
import type { StmSettings } from "./_running.ts";
import type { StmOptions, Transact } from "./types.ts";

const DEFAULT_TIMEOUT_MS = 30_000;

const SIGNATURE = new Signature("stm", {
  ...WAIT_OPTIONS,
  attempts: COUNT,
  codec: ANYTHING,
  doubt: ANYTHING,
  isolation: oneOf(...Object.keys(LEVELS)),
  prefetch: LIST,
});

/** The options of a transaction, of which none need be given. */
export interface GivenStmOptions<T> extends StmOptions {
  readonly codec?: Codec<T> | undefined;
}

/** The arguments of a transaction. */
export interface StmArguments<T, R> {
  readonly ks: Keyspace;
  readonly transact: Transact<T, R>;
  readonly options: GivenStmOptions<T>;
}

/**
 * Checks the arguments of a transaction.
 *
 * @throws {InvalidOptionError} If one of them is not acceptable.
 */
export function stmSettings<T, R>(
  { ks, transact, options }: StmArguments<T, R>,
  clock: Clock,
): StmSettings<T, R> & { readonly timeoutMs: number } {
  return SIGNATURE.take(options, () => ({
    ks: checkKeyspace(ks),
    transact: checkFunction("transact", transact),
    level: LEVELS[options.isolation ?? "serializableSnapshot"],
    prefetch: (options.prefetch ?? []).map((one) => itemOf("prefetch", one)),
    codec: checkCodec<T>("codec", options.codec ?? text),
    attempts: options.attempts ?? Infinity,
    doubt: ownDoubtPolicy(options.doubt),
    timeoutMs: checkTimeoutMs(
      "timeoutMs",
      options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    ),
    clock,
  }));
}
