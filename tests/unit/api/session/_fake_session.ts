import { KvFacet } from "../../../../api/kv/_facet.ts";
import { openSession } from "../../../../api/session/session.ts";
import {
  type Key,
  type KeyRange,
  type Lease,
  type LeaseLossReason,
  LeaseLostError,
  op,
  type Session,
  type Watch,
  type WatchEvent,
  type WatchOptions,
} from "../../../../mod.ts";
import { type ErrorCode, GRPC_CODE } from "../../../../errors/codes.ts";
import { createError } from "../../../../errors/specific_errors.ts";
import { FakeClock } from "../../support/_fake_clock.ts";
import { id, MemoryStore } from "../kv/_memory_store.ts";

const utf8 = new TextEncoder();

/** Sessions over a store in memory, whose leases a test ends. */
export class FakeSessions {
  readonly store: MemoryStore = new MemoryStore();
  /** Times the end of leases. */
  readonly clock: FakeClock = new FakeClock();
  /** What the next watch fails with. */
  watchFailure: Error | undefined;
  /** The revision of the members that create watches, if that is told. */
  memberRevision: bigint | undefined;
  readonly #kv = new KvFacet(this.store, { batching: () => this.store });
  readonly #ends: AbortController[] = [];
  readonly #watching = new Map<
    (event: WatchEvent, revision: bigint) => void,
    string
  >();

  constructor() {
    const tell = (type: "put" | "delete", kv: unknown, revision: bigint) => {
      for (const told of this.#watching.keys()) {
        told({ type, kv } as WatchEvent, revision);
      }
    };
    this.store.onPut = (kv, revision) => tell("put", kv, revision);
    this.store.onDelete = (key, revision) => tell("delete", { key }, revision);
  }

  /** The keys that are watched, whose deletions somebody waits for. */
  get watched(): readonly string[] {
    return [...this.#watching.values()];
  }

  open(): Promise<Session> {
    const end = new AbortController();
    this.#ends.push(end);
    const lease = {
      id: BigInt(this.#ends.length),
      ttlSeconds: 10,
      signal: end.signal,
      keepAlive: () => Promise.resolve(),
      timeToLive: () => Promise.resolve(),
      [Symbol.asyncDispose]: () => {
        this.end(Number(lease.id) - 1);
        return Promise.resolve();
      },
    };
    return openSession({
      kv: this.#kv,
      clock: this.clock,
      lease: {
        grant: () => Promise.resolve(lease as unknown as Lease),
      } as never,
      watch: (key, options) => this.#watch(key, options),
    });
  }

  /** Ends the lease of the session that was opened as this one, from 0. */
  end(at: number, reason: LeaseLossReason = "expired"): void {
    this.#ends[at]?.abort(
      new LeaseLostError("Cannot keep the lease: a test has ended it", {
        reason,
        lastRenewal: new Date(),
        loopStallMs: 0,
      }),
    );
  }

  /** Deletes a key, as somebody else. */
  async delete(key: string): Promise<void> {
    await this.#kv.delete(key);
  }

  /** Writes a key, as somebody else. */
  async put(key: string, lease: bigint): Promise<void> {
    await this.#kv.put(key, "", { lease });
  }

  /** Writes keys of no lease at once, as somebody else. */
  async leave(keys: readonly string[]): Promise<void> {
    await this.#kv.txn({ then: keys.map((key) => op.put(key, "")) });
  }

  #watch(key: Key | KeyRange, options: WatchOptions = {}): Watch {
    const wanted = id(
      typeof key === "string" ? utf8.encode(key) : key as Uint8Array,
    );
    const { signal, startRevision = 0n } = options;
    const failure = this.watchFailure;
    this.watchFailure = undefined;
    let closed = false;
    const found: WatchEvent[] = [];
    let more = Promise.withResolvers<void>();
    more.promise.catch(() => {});
    if (failure) more.reject(failure);
    const told = (event: WatchEvent, revision: bigint) => {
      if (id(event.kv.key) !== wanted || revision < startRevision) return;
      found.push(event);
      more.resolve();
    };
    this.#watching.set(told, wanted);
    const onAbort = () => more.reject(signal?.reason);
    signal?.addEventListener("abort", onAbort);
    if (signal?.aborted) onAbort();
    const close = () => {
      closed = true;
      more.resolve();
      signal?.removeEventListener("abort", onAbort);
      this.#watching.delete(told);
      return Promise.resolve();
    };
    return {
      state: { kind: "live", endpoint: "" },
      ready: this.memberRevision === undefined
        ? new Promise(() => {})
        : Promise.resolve({ revision: this.memberRevision }),
      close,
      async *events() {
        for (;;) {
          await more.promise;
          if (closed) return;
          signal?.throwIfAborted();
          more = Promise.withResolvers<void>();
          more.promise.catch(() => {});
          yield* found.splice(0);
        }
      },
      [Symbol.asyncDispose]: close,
    } as unknown as Watch;
  }
}

/** What a call fails with when its connection is lost. */
export function lost(): Error {
  return createError("Cannot run the transaction: lost", {
    code: "connection_lost",
    grpcCode: GRPC_CODE.unavailable,
    maybeCommitted: true,
  });
}

/** What a call fails with for good. */
export function refused(code: ErrorCode = "permission_denied"): Error {
  return createError(`Cannot run the transaction: ${code}`, { code });
}

/** Fails calls: so many, before or after they were applied. */
export function failing(
  fake: FakeSessions,
  calls: number,
  at: "before" | "after",
  error: () => Error = lost,
): void {
  let left = calls;
  fake.store.onCall = (_method, when) => {
    if (when !== at || left === 0) return;
    left--;
    throw error();
  };
}
