import { methods } from "../../proto/methods.ts";
import { CALL_OPTIONS, LEASE, leaseField, Signature } from "../checks/mod.ts";
import {
  copyBytes,
  type Key,
  keyBytes,
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

  constructor(caller: Caller) {
    this.#caller = caller;
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
    return { header: toHeader(header), key: copyBytes(key) };
  }

  async unlock(
    key: Key,
    options?: CallOptions,
  ): Promise<{ readonly header: ResponseHeader }> {
    const request = UNLOCK.take(options, () => ({ key: keyBytes("key", key) }));
    const { header } = await this.#caller.unary(
      { method: methods.lock.unlock, action: "unlock" },
      request,
      options,
    );
    return { header: toHeader(header) };
  }
}
