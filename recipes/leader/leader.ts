import { CALL_OPTIONS, SIGNAL, Signature } from "../../api/checks/mod.ts";
import { keyId } from "../../api/values/mod.ts";
import type { CallOptions, Key, Keyspace, KeyValue } from "../../mod.ts";
import {
  Backoff,
  checkKeyspace,
  isWorthRepeating,
  keepKey,
  untilChanged,
} from "../steps/mod.ts";
import { ElectionKeys, type FirstEntry } from "./_first_entry.ts";
import type { LeaderOptions, Leaders, PresentLeader } from "./types.ts";

const LEADER = new Signature("leader", { signal: SIGNAL });
const GET = new Signature("Leaders.get", CALL_OPTIONS);

/**
 * Tells who leads, and who comes after. The names are those of
 * {@linkcode lead}, of `Session.campaign`, and of Go's client and `etcdctl`. It
 * takes no lease.
 *
 * ```ts
 * import type { Client } from "@etcdeno/client";
 * import { leader } from "@etcdeno/client/recipes";
 *
 * async function follow(client: Client): Promise<void> {
 *   for await (const now of leader(client, "billing")) {
 *     console.log(now === undefined ? "nobody leads" : now.value.text());
 *   }
 * }
 * ```
 *
 * @throws {InvalidOptionError} If an argument or option is not acceptable.
 */
export function leader(
  ks: Keyspace,
  name: Key,
  options: LeaderOptions = {},
): Leaders {
  return LEADER.take(options, () => {
    const { key } = keepKey("name", name);
    return new FollowedLeaders(checkKeyspace(ks), key, options);
  });
}

class FollowedLeaders implements Leaders {
  readonly #ks: Keyspace;
  readonly #keys: ElectionKeys;
  readonly #signal: AbortSignal | undefined;

  constructor(ks: Keyspace, name: Uint8Array, { signal }: LeaderOptions) {
    this.#ks = ks;
    this.#keys = new ElectionKeys(name);
    this.#signal = signal;
  }

  async get(options: CallOptions = {}): Promise<PresentLeader | undefined> {
    GET.check(options);
    const { kv } = await this.#keys.first(this.#ks, options);
    return kv && presentLeader(kv);
  }

  async *[Symbol.asyncIterator](): AsyncIterator<PresentLeader | undefined> {
    const signal = this.#signal;
    let told: string | undefined;
    for (;;) {
      const { kv, revision } = await this.#first();
      // Kept before: whoever is given the leader may write to its bytes.
      const key = kv && new Uint8Array(kv.key);
      const state = stateOf(kv);
      if (state !== told) {
        told = state;
        yield kv && presentLeader(kv);
      }
      const { range } = this.#keys;
      await untilChanged(this.#ks, key ?? range, { readAt: revision, signal });
    }
  }

  /** Reads who leads, until that is answered. */
  async #first(): Promise<FirstEntry> {
    const backoff = new Backoff();
    for (;;) {
      try {
        return await this.#keys.first(this.#ks, { signal: this.#signal });
      } catch (error) {
        this.#signal?.throwIfAborted();
        if (!isWorthRepeating(error)) throw error;
      }
      await backoff.pause(this.#signal);
    }
  }
}

function presentLeader(
  { key, value, createRevision: revision }: KeyValue,
): PresentLeader {
  return { key, value, revision };
}

/** A text for each leader and value; a restored store repeats revisions. */
function stateOf(kv: KeyValue | undefined): string {
  if (kv === undefined) return "";
  const { key, createRevision, modRevision, value } = kv;
  return [keyId(key), createRevision, modRevision, keyId(value)].join("\n");
}
