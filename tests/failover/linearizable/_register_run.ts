import { type Client, EtcdError, prefix, type Watch } from "../../../mod.ts";
import { waitFor } from "../../harness/mod.ts";
import type {
  Call,
  DoubtfulWrite,
  StoreHistory,
  Version,
} from "./_store_history.ts";

const KEYS = 5;
const SHORT_MS = 300;
const LONG_MS = 2_000;

/** Readers and writers of a few keys, and what they have seen. */
export class RegisterRun {
  readonly #prefix: string;
  readonly #calls: Call[] = [];
  readonly #doubtful: DoubtfulWrite[] = [];
  readonly #unapplied = new Set<string>();
  readonly #versions = new Map<string, Version[]>();
  readonly #watch: Watch;
  readonly #watching: Promise<void>;
  #seen = 0n;
  #values = 0;
  failedReads = 0;

  /** `observer` is a client that no fault befalls. */
  constructor(observer: Client, keys: string) {
    this.#prefix = keys;
    this.#watch = observer.watch(prefix(keys));
    this.#watching = this.#follow();
  }

  /** Resolves when nothing that is written from now on is missed. */
  async ready(): Promise<void> {
    await this.#watch.ready;
  }

  get answered(): number {
    return this.#calls.length;
  }

  get doubtful(): number {
    return this.#doubtful.length;
  }

  /** Reads and writes, one after the other, until told to stop. */
  async work(
    client: Client,
    random: () => number,
    { signal }: { readonly signal: AbortSignal },
  ): Promise<void> {
    while (!signal.aborted) {
      const key = `${this.#prefix}${Math.floor(random() * KEYS)}`;
      const timeoutMs = random() < 0.3 ? SHORT_MS : LONG_MS;
      const draw = random();
      if (draw < 0.6) await this.#read(client, key, { timeoutMs });
      else await this.#write(client, key, { timeoutMs, deletes: draw > 0.95 });
    }
  }

  /** All that was seen, once the watch has come to a revision. */
  async history(last: bigint): Promise<StoreHistory> {
    await waitFor(`revision ${last}`, () => this.#seen >= last, {
      timeoutMs: 60_000,
    });
    await this.#watch.close();
    await this.#watching;
    return {
      calls: this.#calls,
      doubtful: this.#doubtful,
      unapplied: this.#unapplied,
      versions: this.#versions,
    };
  }

  async #read(
    client: Client,
    key: string,
    options: { readonly timeoutMs: number },
  ): Promise<void> {
    const startMs = performance.now();
    try {
      const { kvs: [kv], header } = await client.range(key, options);
      this.#calls.push({
        kind: "read",
        key,
        value: kv?.value.text(),
        revision: header.revision,
        startMs,
        endMs: performance.now(),
      });
    } catch (error) {
      if (!(error instanceof EtcdError)) throw error;
      this.failedReads++;
    }
  }

  async #write(
    client: Client,
    key: string,
    { deletes, ...options }: {
      readonly timeoutMs: number;
      readonly deletes: boolean;
    },
  ): Promise<void> {
    const startMs = performance.now();
    const value = `${++this.#values}`;
    try {
      if (deletes) return void await client.delete(key, options);
      const { header } = await client.put(key, value, options);
      const { revision } = header;
      const endMs = performance.now();
      this.#calls.push({ kind: "write", key, value, revision, startMs, endMs });
    } catch (error) {
      if (!(error instanceof EtcdError)) throw error;
      if (deletes) return;
      if (error.maybeCommitted) this.#doubtful.push({ key, value, startMs });
      else this.#unapplied.add(value);
    }
  }

  async #follow(): Promise<void> {
    for await (const { events } of this.#watch) {
      for (const { type, kv } of events) {
        const key = kv.key.text();
        const known = this.#versions.get(key) ?? [];
        this.#versions.set(key, known);
        const value = type === "put" ? kv.value.text() : undefined;
        known.push({ revision: kv.modRevision, value });
        this.#seen = kv.modRevision;
      }
    }
  }
}
