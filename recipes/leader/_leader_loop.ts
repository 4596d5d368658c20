import { EtcdError } from "../../errors/etcd_error.ts";
import {
  type LeaseLossReason,
  LeaseLostError,
} from "../../errors/specific_errors.ts";
import type { Leadership, Session } from "../../mod.ts";
import { ATTEMPT_MS, Backoff, isLoss, isWorthRepeating } from "../steps/mod.ts";
import { reign, type ReignSettings } from "./_reign.ts";

/** The time to give a leadership up; it ends with its lease otherwise. */
const RESIGN_MS = 2_000;
/** One that lasted for so long is no sign that the next ones will not. */
const CALM_MS = 10_000;

/** Why nothing is left of a lease, or nobody can be asked. */
const GONE: ReadonlySet<LeaseLossReason> = new Set([
  "expired",
  "client_closed",
]);

/** The settings of a leader loop, all checked. */
export interface LoopSettings<R> extends ReignSettings<R> {
  readonly name: Uint8Array;
  readonly value: Uint8Array;
  readonly ttlSeconds: number;
}

/** Campaigns and leads, until the function returns or throws. */
export class LeaderLoop<R> {
  readonly #settings: LoopSettings<R>;
  readonly #backoff = new Backoff();
  /** Whether it was in the queue once: later troubles pass. */
  #hasEntered = false;

  constructor(settings: LoopSettings<R>) {
    this.#settings = settings;
  }

  async run(): Promise<R> {
    const { signal, tell } = this.#settings;
    tell({ kind: "campaigning", reason: undefined, thrown: undefined });
    for (;;) {
      const end = await this.#session();
      if (end.kind === "returned") return end.value;
      signal?.throwIfAborted();
      const { reason, thrown } = end;
      tell({ kind: "campaigning", reason, thrown });
      await this.#backoff.pause(signal);
    }
  }

  /** Campaigns and leads under one lease, which it ends. */
  async #session(): Promise<Turn<R>> {
    const { ks, ttlSeconds, signal } = this.#settings;
    let session: Session;
    try {
      const timeoutMs = ATTEMPT_MS;
      session = await ks.session({ ttlSeconds, signal, timeoutMs });
    } catch (error) {
      return this.#stopped(error);
    }
    try {
      return await this.#turn(session);
    } finally {
      await end(session);
    }
  }

  async #turn(session: Session): Promise<Turn<R>> {
    const { name, value, signal, clock } = this.#settings;
    let leadership: Leadership;
    try {
      leadership = await session.campaign(name, value, { signal });
    } catch (error) {
      return this.#stopped(error);
    }
    this.#hasEntered = true;
    // Lost before the function could use it.
    const { aborted, reason } = leadership.signal;
    if (aborted) return this.#stopped(reason);
    signal?.throwIfAborted();
    const startedAt = clock.now();
    const end = await reign(leadership, this.#settings);
    if (end.kind === "failed") throw end.error;
    if (clock.now() - startedAt > CALM_MS) this.#backoff.reset();
    return end;
  }

  /** Goes on after an error of etcd, or throws it. */
  #stopped(error: unknown): Turn<R> {
    this.#settings.signal?.throwIfAborted();
    const goesOn = this.#hasEntered
      ? EtcdError.from(error).code !== "client_closed"
      : isLoss(error) || isWorthRepeating(error);
    if (!goesOn) throw error;
    return { kind: "stopped", reason: error, thrown: undefined };
  }
}

type Turn<R> =
  | { readonly kind: "returned"; readonly value: R }
  | {
    readonly kind: "stopped";
    readonly reason: unknown;
    readonly thrown: unknown;
  };

/** Ends a lease, also one that is lost here: its key may still be there. */
async function end({ lease, signal: { reason } }: Session): Promise<void> {
  if (reason instanceof LeaseLostError && GONE.has(reason.reason)) return;
  // Otherwise it runs out.
  await lease.revoke({ timeoutMs: RESIGN_MS }).catch(() => {});
}
