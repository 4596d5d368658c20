import { pause } from "../../api/waiting/mod.ts";
import type { BackoffPolicy } from "../../errors/backoff.ts";
import type { EtcdError } from "../../errors/etcd_error.ts";
import { HistoryLostError } from "../../errors/history_lost_error.ts";
import { CompactedError } from "../../errors/specific_errors.ts";
import { prefix, type Watch, type WatchState } from "../../mod.ts";
import { Backoff } from "../steps/mod.ts";
import { Arrivals } from "./_arrivals.ts";
import { readSource } from "./_begin.ts";
import { mirrorClosedError, sourceWentBackError } from "./_errors.ts";
import type { SyncParts } from "./_syncing.ts";
import { writeAll } from "./_write_all.ts";

// Without changes, the checkpoint is looked at, or moved on, so often: behind
// that, the history may be compacted.
const IDLE_MS = 60_000;
// Between questions how far the watch is, while somebody waits for a revision.
const PROGRESS_BACKOFF: BackoffPolicy = {
  initialMs: 10,
  multiplier: 2,
  maxMs: 500,
  jitter: 0.2,
};

/** Follows the source from the checkpoint on, by a watch. */
export class Following {
  readonly #parts: SyncParts;
  #watch: Watch | undefined;
  /** The reason to sync again, if the watch has not ended by itself. */
  #reason: EtcdError | undefined;
  #writtenAt = 0;
  #checkedAt = 0;
  #isAsking = false;

  constructor(parts: SyncParts) {
    this.#parts = parts;
  }

  /** Follows; resolves to the reason why it has to sync again. */
  async run(): Promise<EtcdError> {
    const { settings, target, status, signal, clock } = this.#parts;
    const { source, prefix: from, heartbeat } = settings;
    const { revision } = target.position;
    this.#reason = undefined;
    this.#writtenAt = clock.now();
    await using watch = this.#watch = source.watch(prefix(from), {
      startRevision: revision + 1n,
      progressNotify: true,
      heartbeat,
      signal,
      onStateChange: (state) => this.#show(state),
    });
    status.become({ kind: "following" });
    if (status.isAwaited) this.ask();
    const arrivals = new Arrivals(signal);
    const started = this.#checkStart(watch, revision);
    const taken = this.#take(watch, arrivals);
    try {
      await this.#apply(arrivals);
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
    try {
      for await (const { header: { revision }, events } of watch) {
        status.heard(revision);
        arrivals.add(
          events.length > 0
            ? copier.revisions(events)
            // Then it is known that there were none up to here.
            : [{ revision, copies: [] }],
        );
        await arrivals.room();
      }
    } catch (error) {
      const isGone = error instanceof CompactedError ||
        error instanceof HistoryLostError;
      if (isGone) return error;
      throw error;
    } finally {
      arrivals.end();
    }
    return this.#reason ?? mirrorClosedError("follow the source");
  }

  async #apply(arrivals: Arrivals): Promise<void> {
    const { clock, limits, target } = this.#parts;
    for (;;) {
      const lastAt = Math.max(this.#writtenAt, this.#checkedAt);
      const leftMs = lastAt + IDLE_MS - clock.now();
      const timeoutMs = Math.max(leftMs, 1);
      const found = await arrivals.some({ timeoutMs, clock });
      if (found === "ended") return;
      if (found === "late") {
        await target.check();
        this.#checkedAt = clock.now();
        continue;
      }
      const { count, copies } = limits.join(arrivals.all);
      const revision = arrivals.all[count - 1]?.revision ?? 0n;
      await this.#write(copies, revision);
      arrivals.drop(count);
    }
  }

  async #write(
    copies: Parameters<typeof writeAll>[0],
    revision: bigint,
  ): Promise<void> {
    const { clock, limits, target, status } = this.#parts;
    const isDue = clock.now() - this.#writtenAt >= IDLE_MS;
    const { position } = target;
    if (revision > position.revision && (copies.length > 0 || isDue)) {
      await writeAll(copies, {
        target,
        limits,
        status,
        partial: { phase: "applying", revision: position.revision },
        final: { phase: "following", revision },
      });
      this.#writtenAt = clock.now();
    }
    status.equals(revision);
  }

  #show(state: WatchState): void {
    const { status } = this.#parts;
    if (state.kind === "live") status.reached("source");
    if (state.kind === "reconnecting") {
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
      while (status.isAwaited && this.#watch !== undefined) {
        // The answer comes among the events, in its place.
        await this.#watch.requestProgress();
        await pause(0, { signal, clock });
        await backoff.pause(signal);
      }
    } catch {
      // The next watch is asked; a proxy cannot be.
    } finally {
      this.#isAsking = false;
    }
  }
}
