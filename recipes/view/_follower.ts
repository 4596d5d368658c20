import { between } from "../../api/values/mod.ts";
import type { Clock } from "../../api/waiting/mod.ts";
import type { EtcdError } from "../../errors/etcd_error.ts";
import { HistoryLostError } from "../../errors/history_lost_error.ts";
import {
  CompactedError,
  FutureRevisionError,
  UnsupportedError,
} from "../../errors/specific_errors.ts";
import type { Watch, WatchBatch, WatchState } from "../../mod.ts";
import {
  Backoff,
  isHistoryGone,
  isWorthRepeating,
  PROGRESS_BACKOFF,
  SureProgress,
} from "../steps/mod.ts";
import type { Decoder } from "./_decoder.ts";
import { storeWentBackError, viewClosedError } from "./_errors.ts";
import type { ViewMap } from "./_map.ts";
import { type Difference, readDifference, readRevision } from "./_reread.ts";
import type { ViewSettings } from "./_settings.ts";
import type { ViewState } from "./types.ts";

/** The view, as the one that follows the store for it needs it. */
export interface FollowerHost<T> {
  /** The revision that it is at. */
  revision(): bigint;
  /** Takes the next changes. */
  take(batch: WatchBatch): void;
  /** Takes what has changed since, as the range was read again. */
  reread(difference: Difference<T>): void;
  /** There were no changes up to this revision. */
  reached(revision: bigint): void;
  /** Whether somebody waits for a revision. */
  isAwaited(): boolean;
  setState(state: ViewState): void;
  /** Nothing can be had any more. */
  fail(reason: unknown): void;
}

/** Parts of a follower. */
export interface FollowerParts<T> {
  readonly clock: Clock;
  readonly map: ViewMap<T>;
  readonly decoder: Decoder<T>;
  readonly host: FollowerHost<T>;
  /** Aborted when the view has ended. */
  readonly signal: AbortSignal;
}

/**
 * Reads a range, then watches it from the revision after that. Where the watch
 * cannot go on, it reads the range again, and watches from there.
 */
export class Follower<T> {
  readonly #settings: ViewSettings<T>;
  readonly #parts: FollowerParts<T>;
  #watch: Watch | undefined;
  #progress: SureProgress | undefined;
  /** The reason to read again, if the watch has not ended by itself. */
  #reason: EtcdError | undefined;
  #isAsking = false;
  #done: Promise<void> = Promise.resolve();

  constructor(settings: ViewSettings<T>, parts: FollowerParts<T>) {
    this.#settings = settings;
    this.#parts = parts;
  }

  /** Resolves when it has ended. */
  get done(): Promise<void> {
    return this.#done;
  }

  /** Reads the range for the first time; fails as its calls do. */
  readFirst(): Promise<Difference<T>> {
    return this.#read({ after: undefined });
  }

  /** Follows until the view ends. */
  follow(): void {
    this.#done = this.#run();
  }

  /** Finds out, as long as somebody waits, how far the watch has come. */
  askForProgress(): void {
    void this.#askOnce();
    if (!this.#isAsking) void this.#keepAsking();
  }

  async #run(): Promise<void> {
    const { host } = this.#parts;
    try {
      for (;;) {
        host.setState({ kind: "connecting" });
        const reason = await this.#followWatch();
        host.setState({ kind: "rereading", reason });
        host.reread(await this.#read({ after: reason }));
      }
    } catch (error) {
      host.fail(error);
    }
  }

  /** Resolves to the reason why the range has to be read again. */
  async #followWatch(): Promise<EtcdError> {
    const { clock, host, signal } = this.#parts;
    const { ks, range, heartbeat } = this.#settings;
    const from = host.revision();
    this.#reason = undefined;
    const progress = this.#progress = new SureProgress(clock);
    const watch = this.#watch = ks.watch(between(range), {
      startRevision: from + 1n,
      progressNotify: true,
      heartbeat,
      signal,
      onStateChange: (state) => {
        progress.show(state);
        this.#show(state);
      },
    });
    void this.#checkStart(watch, from);
    try {
      for await (const batch of watch) {
        if (batch.events.length > 0) progress.heard();
        host.take(batch);
      }
    } catch (error) {
      if (isHistoryGone(error)) return error;
      throw error;
    } finally {
      this.#watch = undefined;
    }
    // It does not end by itself without an error.
    return this.#reason ?? viewClosedError("follow the view");
  }

  #show(state: WatchState): void {
    const { host } = this.#parts;
    switch (state.kind) {
      case "live":
        return host.setState(state);
      case "reconnecting":
        return host.setState(state);
      case "waiting": {
        const { reason } = state;
        return reason && host.setState({ kind: "reconnecting", reason });
      }
      default:
        // The others are over in a moment, or told by what follows.
    }
  }

  /**
   * A watch whose start lies ahead of the store waits in silence: for a member
   * that lags, but also if the store has gone back since the range was read.
   */
  async #checkStart(watch: Watch, from: bigint): Promise<void> {
    const { clock, signal } = this.#parts;
    const { ks, range } = this.#settings;
    const backoff = new Backoff(undefined, clock);
    try {
      if ((await watch.ready).revision >= from) return;
      while (watch === this.#watch) {
        try {
          const currentRevision = await readRevision(ks, { range, signal });
          if (currentRevision >= from) return;
          const revisions = { receivedRevision: from, currentRevision };
          return this.#interrupt(watch, storeWentBackError(revisions));
        } catch (error) {
          if (!isWorthRepeating(error)) return;
        }
        await backoff.pause(signal);
      }
    } catch {
      // Whoever follows the watch is told why it has ended.
    }
  }

  /** Has the range read again, although the watch could go on. */
  #interrupt(watch: Watch, reason: EtcdError): void {
    if (watch !== this.#watch || this.#reason !== undefined) return;
    this.#reason = reason;
    void watch.close();
  }

  /** Reads until there is an answer, or only as the calls do at the start. */
  async #read(
    { after }: { readonly after: EtcdError | undefined },
  ): Promise<Difference<T>> {
    const { clock, map, decoder, host, signal } = this.#parts;
    const { ks, range } = this.#settings;
    const backoff = new Backoff(undefined, clock);
    let isHistoryLost = after instanceof HistoryLostError;
    for (let failures = 0;; failures++) {
      // The first time at once: another member may answer.
      if (failures > 1) await backoff.pause(signal);
      try {
        const at = host.revision();
        const options = { map, decoder, at, isHistoryLost, signal };
        return await readDifference(ks, range, options);
      } catch (error) {
        signal.throwIfAborted();
        // The store has gone back while it was read.
        if (error instanceof FutureRevisionError) isHistoryLost = true;
        else if (!(error instanceof CompactedError)) {
          if (after === undefined || !isWorthRepeating(error)) throw error;
        }
      }
    }
  }

  async #keepAsking(): Promise<void> {
    const { clock, host, signal } = this.#parts;
    const backoff = new Backoff(PROGRESS_BACKOFF, clock);
    this.#isAsking = true;
    try {
      while (host.isAwaited()) {
        await backoff.pause(signal);
        if (host.isAwaited()) await this.#askOnce();
      }
    } catch {
      // The view has ended.
    } finally {
      this.#isAsking = false;
    }
  }

  async #askOnce(): Promise<void> {
    const watch = this.#watch;
    const { host, signal } = this.#parts;
    try {
      const revision = watch && await this.#progress?.ask(watch, signal);
      if (revision !== undefined && watch === this.#watch) {
        host.reached(revision);
      }
    } catch (error) {
      // Behind a proxy only a read tells. Otherwise the next watch is asked.
      if (watch && error instanceof UnsupportedError) {
        this.#interrupt(watch, error);
      }
    }
  }
}
