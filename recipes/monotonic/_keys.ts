import { checkInt64, Signature } from "../../api/checks/mod.ts";
import { Keyspace } from "../../api/keyspace/mod.ts";
import { madeIn, prefixOf } from "../../api/values/mod.ts";
import type {
  ElectionService,
  Key,
  KeyRange,
  Kv,
  Leases,
  LockService,
  Session,
  SessionOptions,
  Watch,
  WatchOptions,
} from "../../mod.ts";
import { MonotonicKv } from "./_kv.ts";
import type { Reads } from "./_reads.ts";
import { monotonicWatch } from "./_watch.ts";
import type { MonotonicKeyspace } from "./types.ts";

const OBSERVE = new Signature("observe", {});

/** The keys of a keyspace, and what was seen of it. */
export class MonotonicKeys extends Keyspace implements MonotonicKeyspace {
  readonly kv: Kv;
  readonly #keys: Keyspace;
  readonly #reads: Reads;

  constructor(keys: Keyspace, reads: Reads) {
    super();
    // Other recipes ask which keyspace this is.
    madeIn(this, prefixOf(keys));
    this.#keys = keys;
    this.#reads = reads;
    this.kv = new MonotonicKv(keys.kv, reads);
  }

  get lease(): Leases {
    return this.#keys.lease;
  }

  get lock(): LockService {
    return this.#keys.lock;
  }

  get election(): ElectionService {
    return this.#keys.election;
  }

  get seenRevision(): bigint {
    return this.#reads.seen.revision;
  }

  observe(revision: bigint): void {
    OBSERVE.take(undefined, () => checkInt64("revision", revision));
    this.#reads.seen.note(revision);
  }

  forget(): void {
    this.#reads.seen.forget();
  }

  namespace(prefix: Key): MonotonicKeyspace {
    return new MonotonicKeys(this.#keys.namespace(prefix), this.#reads);
  }

  watch(keyOrRange: Key | KeyRange, options?: WatchOptions): Watch {
    const { seen } = this.#reads;
    const watch = this.#keys.watch(keyOrRange, options);
    // One from now on may begin at a member that is behind.
    const floor = options?.startRevision ? 0n : seen.revision;
    return monotonicWatch(watch, { seen, floor });
  }

  // What a session sees does not count.
  override session(options?: SessionOptions): Promise<Session> {
    return this.#keys.session(options);
  }
}
