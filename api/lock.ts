import { methods } from "../proto/methods.ts";
import { leaseField } from "./_lease_field.ts";
import { copyBytes } from "./bytes.ts";
import type { CallOptions } from "./call_options.ts";
import type { Caller } from "./caller.ts";
import { type ResponseHeader, toHeader } from "./key_value.ts";
import { type Key, keyBytes } from "./keys.ts";
import type { LockService, ServerLock, TurnOptions } from "./lock_types.ts";

/** {@linkcode LockService} over a caller. */
export class LockFacet implements LockService {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  async lock(name: Key, options: TurnOptions): Promise<ServerLock> {
    const request = {
      name: keyBytes("name", name),
      lease: leaseField(options),
    };
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
    const { header } = await this.#caller.unary(
      methods.lock.unlock,
      { key: keyBytes("key", key) },
      "unlock",
      options,
    );
    return { header: toHeader(header) };
  }
}
