import { withDeadline, type WorkContext } from "../../api/waiting/mod.ts";
import { GRPC_CODE } from "../../errors/codes.ts";
import { EtcdError } from "../../errors/etcd_error.ts";
import type { Keyspace, LockOptions } from "../../mod.ts";
import { HeldPlace, Line, type Place } from "../line/mod.ts";
import type { SessionSource } from "../steps/mod.ts";
import type { DoubleBarrierKeys } from "./_double_keys.ts";
import { Gathering } from "./_gathering.ts";
import { EnteredPresence } from "./_presence.ts";
import { SIGNATURES } from "./_signatures.ts";
import type { DoubleBarrier, Presence } from "./types.ts";

/** A double barrier in the hands of the user. */
export class DoubleBarrierHandle implements DoubleBarrier {
  readonly #keys: DoubleBarrierKeys;
  readonly #line: Line;
  readonly #gathering: Gathering;

  constructor(ks: Keyspace, keys: DoubleBarrierKeys, source: SessionSource) {
    this.#keys = keys;
    const { ahead: range, lanes, shown } = keys;
    const texts = {
      thing: "the presence",
      action: `enter the double barrier ${shown}`,
      closed: `enter the double barrier ${shown}: it is closed`,
    };
    this.#line = new Line({ ks, source, range, lanes, texts });
    this.#gathering = new Gathering(ks, keys);
  }

  async enter(options: LockOptions = {}): Promise<Presence> {
    SIGNATURES.enter.check(options);
    return await this.#line.stand(
      this.#keys,
      (place, context) => this.#meet(place, context),
      { ...options, method: "DoubleBarrier.enter" },
    );
  }

  close(): Promise<void> {
    return this.#line.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #meet(place: Place, context: WorkContext): Promise<Presence> {
    if (!await place.isHeld(context)) throw this.#tooMany();
    const held = this.#line.hold(place, HeldPlace);
    try {
      const openedAt = await withDeadline({
        signal: context.signal,
        owner: held.signal,
        timeoutMs: Infinity,
        action: () => this.#action("enter"),
      }, (inner) => {
        context.lastError = () => inner.lastError();
        return this.#gathering.untilAllAreThere(place, inner);
      });
      return new EnteredPresence(held, {
        othersLeft: (options) => this.#leave(held, openedAt, options),
        isClosed: () => this.#line.isClosed,
      });
    } catch (error) {
      // Should that fail, the key ends with its lease.
      held.giveBack().catch(() => {});
      throw error;
    }
  }

  #leave(
    held: HeldPlace,
    openedAt: bigint,
    { timeoutMs = false, signal }: LockOptions,
  ): Promise<void> {
    const action = this.#action("leave");
    return this.#line.run({ timeoutMs, signal, action }, async (context) => {
      await held.giveBack({ signal: context.signal, timeoutMs: false });
      await this.#gathering.untilOthersLeft(openedAt, context);
    });
  }

  #action(verb: string): string {
    return `${verb} the double barrier ${this.#keys.shown}`;
  }

  #tooMany(): EtcdError {
    const { slots: count } = this.#keys;
    return new EtcdError(
      `Cannot ${
        this.#action("enter")
      }: ${count} others are there, as many as 'count' says (resource_exhausted)`,
      { code: "resource_exhausted", grpcCode: GRPC_CODE.resourceExhausted },
    );
  }
}
