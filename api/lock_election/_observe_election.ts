import { backoffMs } from "../../errors/backoff.ts";
import { EtcdError } from "../../errors/etcd_error.ts";
import type { LeaderResponse } from "../../proto/gen/messages.ts";
import { methods } from "../../proto/methods.ts";
import { keyId, type KeyValue, toKeyValue } from "../values/mod.ts";
import { type Opener, SHORT_LIFE_MS, STREAM_BACKOFF } from "../stream/mod.ts";
import { pause } from "../waiting/mod.ts";
import { isFinal } from "../watch/mod.ts";
import type { ObserveOptions } from "./election_types.ts";

// Of what a slow consumer has not read yet, only so much is kept.
const MOST_KEPT = 1_000;

/** Follows an election on one stream after another. */
export async function* observeElection(
  opener: Opener,
  name: Uint8Array,
  { signal }: ObserveOptions,
): AsyncGenerator<KeyValue, void, undefined> {
  signal?.throwIfAborted();
  const ended = new AbortController();
  const onAbort = () => ended.abort(signal?.reason);
  signal?.addEventListener("abort", onAbort);
  let last = "";
  let avoid: string | undefined;
  let failures = 0;
  try {
    for (;;) {
      ended.signal.throwIfAborted();
      const openedAt = performance.now();
      await using stream = await Observation.open(opener, {
        name,
        signal: ended.signal,
        avoid,
      });
      avoid = stream.endpoint;
      try {
        for (;;) {
          const kv = await stream.next();
          // Each stream begins with what the one before it may have told.
          // A restored store may have another value at the same revision.
          const id = [kv.modRevision, keyId(kv.key), keyId(kv.value)].join();
          if (id === last) continue;
          last = id;
          yield kv;
        }
      } catch (error) {
        ended.signal.throwIfAborted();
        if (!(error instanceof EtcdError) || isFinal(error)) throw error;
      }
      const lived = performance.now() - openedAt >= SHORT_LIFE_MS;
      failures = lived ? 1 : failures + 1;
      if (failures === 1) continue;
      const waitMs = backoffMs(STREAM_BACKOFF, failures - 1, Math.random);
      await pause(waitMs, ended.signal);
    }
  } finally {
    signal?.removeEventListener("abort", onAbort);
  }
}

/** One stream of observations, read one by one. */
class Observation implements AsyncDisposable {
  readonly endpoint: string;
  readonly #queue: KeyValue[] = [];
  readonly #signal: AbortSignal;
  #cancel: () => void = () => {};
  #failure: { readonly reason: unknown } | undefined;
  #wake: (() => void) | undefined;

  private constructor(endpoint: string, signal: AbortSignal) {
    this.endpoint = endpoint;
    this.#signal = signal;
  }

  static async open(opener: Opener, { name, signal, avoid }: {
    readonly name: Uint8Array;
    readonly signal: AbortSignal;
    readonly avoid: string | undefined;
  }): Promise<Observation> {
    let onMessage = (_message: LeaderResponse) => {};
    let ended: EtcdError | undefined;
    let onEnd = (error: EtcdError) => {
      ended = error;
    };
    const stream = await opener.open(methods.election.observe, {
      action: "observe the election",
      requireLeader: true,
      signal,
      avoid,
      onRemoval: "move",
    }, {
      onMessage: (message) => onMessage(message),
      onEnd: (error) => onEnd(error),
    });
    const own = new Observation(stream.endpoint, signal);
    onMessage = (message) => own.#receive(message);
    onEnd = (error) => own.#fail(error);
    // It may have ended before anybody knew of it.
    if (ended !== undefined) own.#fail(ended);
    const onAbort = () => own.#fail(signal.reason);
    own.#cancel = () => {
      signal.removeEventListener("abort", onAbort);
      stream.cancel();
    };
    signal.addEventListener("abort", onAbort);
    stream.send({ name });
    return own;
  }

  /** The next observation, or why there is none. */
  async next(): Promise<KeyValue> {
    for (;;) {
      this.#signal.throwIfAborted();
      const kv = this.#queue.shift();
      if (kv !== undefined) return kv;
      if (this.#failure !== undefined) throw this.#failure.reason;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#cancel();
    return Promise.resolve();
  }

  #receive({ kv }: LeaderResponse): void {
    if (kv) this.#queue.push(toKeyValue(kv));
    if (this.#queue.length > MOST_KEPT) this.#queue.shift();
    this.#wake?.();
  }

  #fail(reason: unknown): void {
    this.#failure ??= { reason };
    this.#wake?.();
  }
}
