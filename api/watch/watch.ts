import type { Clock } from "../../balancers/transport/mod.ts";
import type { EtcdError } from "../../errors/etcd_error.ts";
import { Relist } from "./_relist.ts";
import type { Opener } from "../stream/mod.ts";
import { tellingResumes } from "./_telling_resumes.ts";
import {
  type ResolvedWatchOptions,
  resolveWatchOptions,
  WATCH,
} from "./_options.ts";
import { WatchSession } from "./_session.ts";
import { Watcher } from "./_watcher.ts";
import { type Key, type KeyRange, ownBounds } from "../values/mod.ts";
import type { TellEvent } from "../events.ts";
import type { Kv } from "../kv/mod.ts";
import type { Watch, WatchOptions } from "./types.ts";

// For a read that tells whether the history is still there.
const READ_TIMEOUT_MS = 10_000;

/** Settings of watches, besides their streams and reads. */
export interface WatchSettings {
  /** Time and randomness. */
  readonly clock: Clock;
  /** Called when a watch goes on. */
  readonly onEvent?: TellEvent | undefined;
}

/** Makes watches. Those with the same metadata share a stream. */
export class WatchFacet {
  readonly #opener: Opener;
  readonly #kv: Kv;
  readonly #clock: Clock;
  readonly #onEvent: TellEvent | undefined;
  readonly #sessions = new Map<string, WatchSession>();

  constructor(
    opener: Opener,
    kv: Kv,
    { clock, onEvent }: WatchSettings,
  ) {
    this.#opener = opener;
    this.#kv = kv;
    this.#clock = clock;
    this.#onEvent = onEvent;
  }

  /**
   * Starts a watch.
   *
   * @throws {InvalidOptionError} If an option is not acceptable.
   */
  watch(keyOrRange: Key | KeyRange, options: WatchOptions = {}): Watch {
    const { range, resolved } = WATCH.take(options, () => ({
      range: ownBounds(keyOrRange),
      resolved: resolveWatchOptions(options),
    }));
    resolved.signal?.throwIfAborted();
    const relist = resolved.onCompaction === "error"
      ? undefined
      : new Relist(this.#kv, { range, clock: this.#clock });
    const tell = this.#onEvent;
    const watcher: Watcher = new Watcher(
      range,
      tell === undefined
        ? resolved
        : tellingResumes(resolved, tell, () => watcher.cursor),
      { host: this.#session(resolved), relist },
    );
    return watcher;
  }

  /** Ends every watch with this error. */
  close(error: EtcdError): void {
    for (const session of this.#sessions.values()) session.close(error);
    this.#sessions.clear();
  }

  #session({ requireLeader, heartbeat }: ResolvedWatchOptions): WatchSession {
    const id = JSON.stringify({ requireLeader, heartbeat });
    let session = this.#sessions.get(id);
    if (session === undefined) {
      session = new WatchSession({
        opener: this.#opener,
        clock: this.#clock,
        requireLeader,
        heartbeat,
        readRevision: (watcher, signal) => this.#revision(watcher, signal),
      });
      this.#sessions.set(id, session);
    }
    return session;
  }

  /**
   * Reads the store's revision by the first key of the watch's own range, as a
   * role may read nothing else, and only whether the key is there.
   */
  async #revision(
    { template: { key = new Uint8Array() } }: Watcher,
    signal: AbortSignal,
  ): Promise<bigint> {
    const options = { countOnly: true, timeoutMs: READ_TIMEOUT_MS, signal };
    return (await this.#kv.range(key, options)).header.revision;
  }
}
