import { guardedListener } from "../../balancers/pool/mod.ts";
import type { LeaseKeepAliveResponse } from "../../proto/gen/messages.ts";
import { toBigInt } from "../../proto/int64.ts";
import { toHeader } from "../values/mod.ts";
import type { LeaseRenewal, LeaseState } from "./types.ts";

type Listener = (renewal: LeaseRenewal) => void;

/** The functions that are told of each renewal of a lease. */
export class RenewalListeners {
  readonly #listeners = new Map<Listener, Listener>();

  /** Tells this one, too, from now on; once, however often it is added. */
  add(listener: Listener): void {
    if (this.#listeners.has(listener)) return;
    this.#listeners.set(listener, guardedListener("onRenewal", listener));
  }

  /** Tells of an answer that came while the lease was in this state. */
  tell({ header, TTL }: LeaseKeepAliveResponse, state: LeaseState): void {
    if (this.#listeners.size === 0) return;
    const endpoint = state.kind === "live" ? state.endpoint : "";
    const renewal: LeaseRenewal = {
      header: toHeader(header),
      ttlSeconds: Number(toBigInt(TTL)),
      endpoint,
    };
    for (const listener of [...this.#listeners.values()]) listener(renewal);
  }
}
