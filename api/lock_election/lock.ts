import { methods } from "../../proto/methods.ts";
import { leaseField } from "../checks/_lease.ts";
import { copyBytes } from "../values/bytes.ts";
import type { CallOptions } from "../call/options.ts";
import type { Caller } from "../call/caller.ts";
import { type ResponseHeader, toHeader } from "../values/key_value.ts";
import { type Key, keyBytes } from "../values/keys.ts";
import type { LockService, ServerLock, TurnOptions } from "./lock_types.ts";
import { CALL_OPTIONS, LEASE } from "../checks/_kinds.ts";
import { Signature } from "../checks/_signature.ts";

const LOCK = new Signature("lock.lock", { ...CALL_OPTIONS, lease: LEASE });
const UNLOCK = new Signature("lock.unlock", CALL_OPTIONS);

/** {@linkcode LockService} over a caller. */
export class LockFacet implements LockService {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  async lock(name: Key, options: TurnOptions): Promise<ServerLock> {
    const request = LOCK.take(options, () => ({
      name: keyBytes("name", name),
      lease: leaseField(options),
    }));
    const { header, key } = await this.#caller.unary(
      methods.lock.lock,
      request,
      "lock",
      { ...options, timeoutMs: options.timeoutMs ?? false },
    );
    return { header: toHeader(header), key: copyBytes(key) };
  }

  async unlock(
    key: Key,
    options?: CallOptions,
  ): Promise<{ readonly header: ResponseHeader }> {
    const request = UNLOCK.take(options, () => ({ key: keyBytes("key", key) }));
    const { header } = await this.#caller.unary(
      methods.lock.unlock,
      request,
      "unlock",
      options,
    );
    return { header: toHeader(header) };
  }
}
