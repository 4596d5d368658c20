import { methods } from "../../proto/methods.ts";
import { CALL_OPTIONS, LEASE, leaseField, Signature } from "../checks/mod.ts";
import {
  checkMadeIn,
  copyBytes,
  type Key,
  keyBytes,
  madeIn,
  type ResponseHeader,
  toHeader,
} from "../values/mod.ts";
import type { Caller, CallOptions } from "../call/mod.ts";
import type { LockService, ServerLock, TurnOptions } from "./lock_types.ts";

const LOCK = new Signature("lock.lock", { ...CALL_OPTIONS, lease: LEASE });
const UNLOCK = new Signature("lock.unlock", CALL_OPTIONS);

/** {@linkcode LockService} over a caller. */
export class LockFacet implements LockService {
  readonly #caller: Caller;
  readonly #prefix: Uint8Array | undefined;

  /** `prefix` is that of the keyspace. */
  constructor(
    caller: Caller,
    { prefix }: { readonly prefix?: Uint8Array | undefined } = {},
  ) {
    this.#caller = caller;
    this.#prefix = prefix;
  }

  async lock(name: Key, options: TurnOptions): Promise<ServerLock> {
    const request = LOCK.take(options, () => ({
      name: keyBytes("name", name),
      lease: leaseField(options),
    }));
    const { header, key } = await this.#caller.unary(
      { method: methods.lock.lock, action: "lock" },
      request,
      { ...options, timeoutMs: options.timeoutMs ?? false },
    );
    const made = madeIn(copyBytes(key), this.#prefix);
    return { header: toHeader(header), key: made };
  }

  async unlock(
    key: Key,
    options?: CallOptions,
  ): Promise<{ readonly header: ResponseHeader }> {
    const request = UNLOCK.take(options, () => {
      checkMadeIn(key, { option: "key", prefix: this.#prefix });
      return { key: keyBytes("key", key) };
    });
    const { header } = await this.#caller.unary(
      { method: methods.lock.unlock, action: "unlock" },
      request,
      options,
    );
    return { header: toHeader(header) };
  }
}
