import type { Clock } from "../balancers/_clock.ts";
import type { EtcdError } from "../errors/etcd_error.ts";
import { Relist } from "./_relist.ts";
import type { StreamOpener } from "./_stream.ts";
import {
  type ResolvedWatchOptions,
  resolveWatchOptions,
} from "./_watch_options.ts";
import { WatchSession } from "./_watch_session.ts";
import { Watcher } from "./_watcher.ts";
import { bounds, type Key, type KeyRange } from "./keys.ts";
import type { Kv } from "./kv.ts";
import type { Watch, WatchOptions } from "./watch_types.ts";

/** Makes watches; those with the same metadata share a stream. */
export class WatchFacet {
  readonly #opener: StreamOpener;
  readonly #clock: Clock;
  readonly #kv: Kv;
  readonly #sessions = new Map<string, WatchSession>();

  constructor(opener: StreamOpener, clock: Clock, kv: Kv) {
    this.#opener = opener;
    this.#clock = clock;
    this.#kv = kv;
  }

  /**
   * Starts a watch.
   *
   * @throws {InvalidOptionError} If an option is not acceptable.
   */
  watch(keyOrRange: Key | KeyRange, options: WatchOptions = {}): Watch {
    const range = bounds(keyOrRange);
    const resolved = resolveWatchOptions(options);
    resolved.signal?.throwIfAborted();
    const relist = resolved.onCompaction === "error"
      ? undefined
      : new Relist(this.#kv, range, resolved);
    return new Watcher(range, resolved, {
      host: this.#session(resolved),
      relist,
    });
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
      });
      this.#sessions.set(id, session);
    }
    return session;
  }
}
