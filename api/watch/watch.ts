import { clientClosedError } from "../../errors/client_closed.ts";
import type { Clock } from "../../balancers/transport/mod.ts";
import type { EtcdError } from "../../errors/etcd_error.ts";
import { methods } from "../../proto/methods.ts";
import { timeoutOf } from "../call/mod.ts";
import { Signature, WAIT_OPTIONS } from "../checks/mod.ts";
import { withDeadline } from "../waiting/mod.ts";
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
import type { ProgressOptions } from "./progress_options.ts";
import type { Watch, WatchOptions } from "./types.ts";

// For a read that tells whether the history is still there.
const READ_TIMEOUT_MS = 10_000;

const ASK = "ask for the progress of the watches";
const PROGRESS = new Signature("requestProgress", WAIT_OPTIONS);

/** Settings of watches, besides their streams and reads. */
export interface WatchSettings {
  /** Time and randomness. */
  readonly clock: Clock;
  /** Called when a watch goes on. */
  readonly onEvent?: TellEvent | undefined;
  /** The timeout of questions that name none. @default {none} */
  readonly timeoutMs?: number | undefined;
}

/** Makes watches. Those with the same metadata share a stream. */
export class WatchFacet {
  readonly #opener: Opener;
  readonly #kv: Kv;
  readonly #clock: Clock;
  readonly #onEvent: TellEvent | undefined;
  readonly #timeoutMs: number;
  readonly #sessions = new Map<string, WatchSession>();
  #closed = false;

  constructor(
    opener: Opener,
    kv: Kv,
    { clock, onEvent, timeoutMs = Infinity }: WatchSettings,
  ) {
    this.#opener = opener;
    this.#kv = kv;
    this.#clock = clock;
    this.#onEvent = onEvent;
    this.#timeoutMs = timeoutMs;
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

  /**
   * Asks each stream once how far its watches are; resolves to the revision
   * that all have received up to, `undefined` without a watch.
   */
  async requestProgress(
    options: ProgressOptions = {},
  ): Promise<bigint | undefined> {
    PROGRESS.check(options);
    if (this.#closed) throw clientClosedError({ action: ASK });
    const timeoutMs = timeoutOf(options, this.#timeoutMs);
    return await withDeadline({
      signal: options.signal,
      timeoutMs,
      action: () => ASK,
      method: methods.watch.watch.name,
      clock: this.#clock,
    }, async ({ signal }) => {
      const sessions = [...this.#sessions.values()];
      const revisions = await Promise.all(
        sessions.map((session) => session.progressOfAll(signal)),
      );
      return revisions.flat().reduce<bigint | undefined>(
        (least, one) => least === undefined || one < least ? one : least,
        undefined,
      );
    });
  }

  /** Ends every watch with this error. */
  close(error: EtcdError): void {
    this.#closed = true;
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
