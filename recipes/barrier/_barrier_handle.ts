import { withDeadline, type WorkContext } from "../../api/waiting/mod.ts";
import { CanceledError } from "../../errors/specific_errors.ts";
import {
  type CallOptions,
  compare,
  type Keyspace,
  type KeyValue,
  type LockOptions,
  op,
  type PromptOptions,
} from "../../mod.ts";
import {
  type NamedKeys,
  type SessionSource,
  SessionWriter,
  untilAnswered,
  watchAfterRead,
} from "../steps/mod.ts";
import { SIGNATURES } from "./_signatures.ts";
import type { Barrier, HoldOptions } from "./types.ts";

/** The time of calls that do not wait for others, in milliseconds. */
const PROMPT_MS = 30_000;

/** A barrier in the hands of the user. */
export class BarrierHandle implements Barrier {
  readonly #ks: Keyspace;
  readonly #key: Uint8Array;
  readonly #shown: string;
  readonly #writer: SessionWriter;
  readonly #closed = new AbortController();
  /** Calls under way. */
  readonly #busy = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;

  constructor(ks: Keyspace, keys: NamedKeys, source: SessionSource) {
    this.#ks = ks;
    this.#key = keys.name;
    const { shown } = keys;
    this.#shown = shown;
    const lanes = keys.beside("writes/");
    this.#writer = new SessionWriter(ks, { source, lanes, shown });
  }

  async hold({ lease, ...options }: HoldOptions = {}): Promise<boolean> {
    SIGNATURES.hold.check({ lease, ...options });
    const key = this.#key;
    const verb = "hold";
    return await this.#run(verb, options, async (context) => {
      const { kind } = await this.#writer.write({
        if: [compare.createRevision(key, "=", 0n)],
        then: [op.put(key, "", { lease })],
        else: [],
      }, { key, verb, lease, context });
      return kind === "applied";
    });
  }

  async release(options: PromptOptions = {}): Promise<void> {
    SIGNATURES.release.check(options);
    const key = this.#key;
    await this.#run("release", options, async (context) => {
      const { kv } = await this.#read(context);
      if (kv === undefined) return;
      // Of this revision: a copy that comes late hits no later one.
      const guard = compare.createRevision(key, "=", kv.createRevision);
      const txn = { if: [guard], then: [op.delete(key)] };
      const call = (each: CallOptions) => this.#ks.txn(txn, each);
      await untilAnswered(call, context, { writes: true });
    });
  }

  async wait(options: LockOptions = {}): Promise<void> {
    SIGNATURES.wait.check(options);
    const { signal, timeoutMs = false } = options;
    await this.#run(
      "wait at",
      { signal, timeoutMs },
      (context) => this.#untilReleased(context),
    );
  }

  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    this.#closed.abort(
      new CanceledError(
        `Cannot use the barrier ${this.#shown}: it is closed (canceled)`,
        { code: "canceled" },
      ),
    );
    await Promise.allSettled(this.#busy);
    await this.#writer.sessions.close();
  }

  async #untilReleased(context: WorkContext): Promise<void> {
    let met: bigint | undefined;
    for (;;) {
      const { kv, revision: readAt } = await this.#read(context);
      if (kv === undefined) return;
      met ??= kv.createRevision;
      // It was put up again. An older one is of a store that has gone back.
      if (kv.createRevision > met) return;
      const options = { readAt, noPut: true, signal: context.signal };
      const events = watchAfterRead(this.#ks, this.#key, options);
      for await (const _ of events) return;
    }
  }

  async #read(context: WorkContext): Promise<{
    readonly kv: KeyValue | undefined;
    readonly revision: bigint;
  }> {
    const { answer: { kvs: [kv], header: { revision } } } = await untilAnswered(
      (options) => this.#ks.range(this.#key, { ...options, keysOnly: true }),
      context,
      { writes: false },
    );
    return { kv, revision };
  }

  async #run<T>(
    verb: string,
    { signal, timeoutMs = PROMPT_MS }: LockOptions,
    work: (context: WorkContext) => Promise<T>,
  ): Promise<T> {
    const done = withDeadline({
      signal,
      owner: this.#closed.signal,
      timeoutMs: timeoutMs === false ? Infinity : timeoutMs,
      action: () => `${verb} the barrier ${this.#shown}`,
    }, work);
    this.#busy.add(done);
    try {
      return await done;
    } finally {
      this.#busy.delete(done);
    }
  }
}
