import type { EtcdError } from "../../errors/etcd_error.ts";
import { prefix, type Watch, type WatchState } from "../../mod.ts";
import {
  Backoff,
  isHistoryGone,
  PROGRESS_BACKOFF,
  SureProgress,
} from "../steps/mod.ts";
import { Arrivals } from "./_arrivals.ts";
import type { Copy } from "./_copies.ts";
import { readSource } from "./_begin.ts";
import { mirrorClosedError, sourceWentBackError } from "./_errors.ts";
import type { SyncParts } from "./_syncing.ts";
import { writeAll } from "./_write_all.ts";

// Without changes, the checkpoint is looked at, or moved on, so often: behind
// that, the history may be compacted.
const IDLE_MS = 60_000;

/** Follows the source from the checkpoint on, by a watch. */
export class Following {
  readonly #parts: SyncParts;
  #watch: Watch | undefined;
  #progress: SureProgress | undefined;
  /** The reason to sync again, if the watch has not ended by itself. */
  #reason: EtcdError | undefined;
  #arrivals: Arrivals | undefined;
  /** Whether all that the watch has received is among the arrivals. */
  #hasTakenAll = false;
  #restsSince = 0;
  /** A revision up to which everything has surely come by the next look. */
  #safe: bigint | undefined;
  #isAsking = false;

  constructor(parts: SyncParts) {
    this.#parts = parts;
  }

  /** Follows; resolves to the reason why it has to sync again. */
  async run(): Promise<EtcdError> {
    const { clock, settings, target, status, signal } = this.#parts;
    const { source, prefix: from, heartbeat } = settings;
    const { revision } = target.position;
    this.#reason = undefined;
    const progress = this.#progress = new SureProgress(clock);
    const watch = this.#watch = source.watch(prefix(from), {
      startRevision: revision + 1n,
      progressNotify: true,
      heartbeat,
      signal,
      onStateChange: (state) => {
        progress.show(state);
        this.#show(state);
      },
    });
    status.become({ kind: "following" });
    if (status.isAwaited) this.ask();
    const arrivals = this.#arrivals = new Arrivals(signal);
    const started = this.#checkStart(watch, revision);
    const taken = this.#take(watch, arrivals);
    try {
      await this.#apply(watch, arrivals);
      return await taken;
    } finally {
      await watch.close();
      arrivals.end();
      await Promise.allSettled([taken, started]);
      this.#watch = undefined;
      status.reached("source");
    }
  }

  /** Finds out, as long as somebody waits, how far the watch has come. */
  ask(): void {
    if (!this.#isAsking) void this.#keepAsking();
  }

  async #take(watch: Watch, arrivals: Arrivals): Promise<EtcdError> {
    const { status, copier } = this.#parts;
    this.#hasTakenAll = true;
    try {
      for await (const { header: { revision }, events } of watch) {
        this.#hasTakenAll = false;
        status.heard(revision);
        if (events.length > 0) this.#progress?.heard();
        arrivals.add(
          events.length > 0
            ? copier.revisions(events)
            // Then it is known that there were none up to here.
            : [{ revision, copies: [] }],
        );
        await arrivals.room();
        this.#hasTakenAll = true;
      }
    } catch (error) {
      if (isHistoryGone(error)) return error;
      throw error;
    } finally {
      arrivals.end();
    }
    return this.#reason ?? mirrorClosedError("follow the source");
  }

  async #apply(watch: Watch, arrivals: Arrivals): Promise<void> {
    const { clock, limits, status } = this.#parts;
    this.#restsSince = clock.now();
    for (;;) {
      const leftMs = this.#restsSince + IDLE_MS - clock.now();
      const timeoutMs = Math.max(leftMs, 1);
      const found = await arrivals.some({ timeoutMs, clock });
      if (found === "ended") return;
      if (found === "late") {
        await this.#rest(watch);
        continue;
      }
      const { count, copies } = limits.join(arrivals.all);
      const joined = arrivals.all.slice(0, count);
      // The checkpoint goes by events alone: an answer may be ahead of them.
      const last = joined.findLast(({ copies }) => copies.length > 0);
      if (last !== undefined) await this.#write(copies, last.revision);
      const revision = joined.at(-1)?.revision ?? 0n;
      if (revision > status.progress.revision) status.equals(revision);
      arrivals.drop(count);
    }
  }

  async #write(copies: readonly Copy[], revision: bigint): Promise<void> {
    const { clock, limits, target, status } = this.#parts;
    await writeAll(copies, {
      target,
      limits,
      status,
      partial: { phase: "applying", revision: target.position.revision },
      final: { phase: "following", revision },
    });
    this.#restsSince = clock.now();
    this.#safe = undefined;
  }

  /**
   * Looks at the checkpoint, or moves it on to where the watch was a while ago:
   * older servers may answer ahead of events, but not for so long.
   */
  async #rest(watch: Watch): Promise<void> {
    const { target, clock } = this.#parts;
    const safe = this.#safe;
    if (safe !== undefined && safe > target.position.revision) {
      await target.write([], { phase: "following", revision: safe });
    } else await target.check();
    this.#restsSince = clock.now();
    // Later than it takes, if the source cannot be reached.
    watch.requestProgress().then((revision) => {
      if (watch === this.#watch) this.#safe = revision;
    }, () => {});
  }

  #show(state: WatchState): void {
    const { status } = this.#parts;
    if (state.kind === "live") status.reached("source");
    if (state.kind === "reconnecting") {
      this.#safe = undefined;
      status.interrupted("source", state.reason);
    }
  }

  /**
   * A watch whose start lies ahead of the store waits in silence: for a member
   * that lags, but also if the store has gone back since.
   */
  async #checkStart(watch: Watch, revision: bigint): Promise<void> {
    const { settings, source: patience } = this.#parts;
    const { source, prefix: from } = settings;
    try {
      if ((await watch.ready).revision >= revision) return;
      const now = await readSource(source, { from, patience });
      if (now.revision >= revision || watch !== this.#watch) return;
      this.#reason = sourceWentBackError({
        receivedRevision: revision,
        currentRevision: now.revision,
      });
      await watch.close();
    } catch {
      // Whoever reads the watch is told why it has ended.
    }
  }

  async #keepAsking(): Promise<void> {
    const { clock, status, signal } = this.#parts;
    const backoff = new Backoff(PROGRESS_BACKOFF, clock);
    this.#isAsking = true;
    try {
      for (;;) {
        const watch = this.#watch;
        if (!status.isAwaited || watch === undefined) return;
        const revision = await this.#progress?.ask(watch, signal);
        const isCurrent = revision !== undefined && watch === this.#watch;
        if (isCurrent && this.#hasTakenAll) {
          this.#arrivals?.add([{ revision, copies: [] }]);
        }
        await backoff.pause(signal);
      }
    } catch {
      // The next watch is asked; a proxy cannot be.
    } finally {
      this.#isAsking = false;
    }
  }
}
