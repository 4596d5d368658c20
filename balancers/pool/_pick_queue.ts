import { type Clock, onAbort, type Transport } from "../transport/mod.ts";
import type { PooledConnection } from "./_pooled_connection.ts";
import type { PickInfo } from "../strategy.ts";

/** The limits of the wait for a pick. */
export interface WaitOptions {
  /** The time left, in milliseconds, `Infinity` for no limit. */
  readonly timeoutMs: number;
  /** Ends the wait. */
  readonly signal: AbortSignal | undefined;
}

/** A connection to use, with the transport and epoch it has now. */
export interface Picked {
  /** Discriminator. */
  readonly action: "use";
  /** The connection. */
  readonly connection: PooledConnection;
  /** The connection's ready transport. */
  readonly transport: Transport;
  /** The connection's epoch. */
  readonly epoch: number;
  /** The time after which a unary call is late, in milliseconds. */
  readonly lateMs?: number | undefined;
}

/** The end of a wait for a connection. */
export type Waited =
  | Picked
  | { readonly action: "fail"; readonly error: Error }
  | { readonly action: "closed" }
  | { readonly action: "timeout" }
  | { readonly action: "aborted" };

/** The result of one try of a pick. */
export type Tried = Exclude<Waited, { action: "timeout" | "aborted" }> | {
  readonly action: "wait";
};

interface Waiter {
  readonly info: PickInfo;
  settle(result: Waited): void;
}

/** The picks that wait for a connection, served in the order they came. */
export class PickQueue {
  readonly #clock: Clock;
  readonly #try: (info: PickInfo) => Tried;
  readonly #waiters = new Set<Waiter>();

  constructor(clock: Clock, tryPick: (info: PickInfo) => Tried) {
    this.#clock = clock;
    this.#try = tryPick;
  }

  /** Waits until a try gives an answer. Its timer keeps the process alive. */
  wait(info: PickInfo, options: WaitOptions): Promise<Waited> {
    const { timeoutMs, signal } = options;
    // A signal that is aborted already fires no event.
    if (signal?.aborted) return Promise.resolve({ action: "aborted" });
    const { promise, resolve } = Promise.withResolvers<Waited>();
    const end = () => {
      this.#waiters.delete(waiter);
      stopTimer();
      unlink();
    };
    const waiter: Waiter = {
      info,
      settle(result) {
        end();
        resolve(result);
      },
    };
    const stopTimer = this.#clock.hold(
      timeoutMs,
      () => waiter.settle({ action: "timeout" }),
    );
    const unlink = onAbort(
      signal,
      () => waiter.settle({ action: "aborted" }),
    );
    this.#waiters.add(waiter);
    return promise;
  }

  /** Tries all again; those that still have to wait stay. */
  retry(): void {
    if (this.#waiters.size === 0) return;
    for (const waiter of this.#waiters) {
      const result = this.#try(waiter.info);
      if (result.action !== "wait") waiter.settle(result);
    }
  }

  /** Whether any pick waits. */
  get waiting(): boolean {
    return this.#waiters.size > 0;
  }

  /** Ends all waits with an error. */
  fail(error: Error): void {
    for (const waiter of this.#waiters) {
      waiter.settle({ action: "fail", error });
    }
  }

  /** Ends all waits. */
  close(): void {
    for (const waiter of this.#waiters) waiter.settle({ action: "closed" });
  }
}
