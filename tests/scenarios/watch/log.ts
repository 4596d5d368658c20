import type {
  Client,
  KeyRange,
  Watch,
  WatchBatch,
  WatchOptions,
} from "../../../mod.ts";
import { type Member, type TestCluster, waitFor } from "../../harness/mod.ts";
import type { WatchCount } from "../recording/recording.ts";
import type { Timeline } from "../recording/timeline.ts";

const CATCH_UP_MS = 10_000;

/** Options of a {@linkcode WatchLog}. */
export interface WatchLogOptions extends WatchOptions {
  /** Is told of each delivery. */
  readonly timeline?: Timeline;
}

/** Reads a watch to its end, and keeps all that comes. */
export class WatchLog implements AsyncDisposable {
  /** Every batch. */
  readonly batches: WatchBatch[] = [];
  /** The revision of every event; those of one batch once. */
  readonly revisions: bigint[] = [];
  readonly #watch: Watch;
  readonly #timeline: Timeline | undefined;
  readonly #reading: Promise<void>;
  #ended: { readonly reason: unknown } | undefined;
  #endTold = false;

  /** Begins to read. */
  constructor(watch: Watch, timeline?: Timeline) {
    this.#watch = watch;
    this.#timeline = timeline;
    this.#reading = this.#read();
  }

  /** Starts a watch; resolves when the server has created it. */
  static async start(
    client: Client,
    range: KeyRange | string,
    { timeline, onStateChange, ...options }: WatchLogOptions = {},
  ): Promise<WatchLog> {
    const watch = client.watch(range, {
      // Progress requests would hide what the connection alone shows.
      heartbeat: false,
      ...options,
      onStateChange(state) {
        if (state.kind === "reconnecting") {
          timeline?.note(`a watch lost its stream: ${state.reason.code}`);
        }
        onStateChange?.(state);
      },
    });
    const log = new WatchLog(watch, timeline);
    await watch.ready;
    return log;
  }

  /** Whether it has a stream. */
  get live(): boolean {
    return this.#watch.state.kind === "live";
  }

  /** Whether it has come to its end. */
  get ended(): boolean {
    return this.#ended !== undefined;
  }

  /** How many events have come. */
  get events(): number {
    return this.batches.reduce((sum, { events }) => sum + events.length, 0);
  }

  /** The member its stream runs on now. */
  member(cluster: TestCluster): Member {
    const { state } = this.#watch;
    const endpoint = state.kind === "live" ? state.endpoint : undefined;
    const member = cluster.members.find((one) => one.endpoint === endpoint);
    if (member === undefined) {
      throw new Error(`Cannot tell where the watch is: it is ${state.kind}`);
    }
    return member;
  }

  /** Waits until all of these have been delivered, or gives up. */
  async caughtUp(wanted: readonly bigint[]): Promise<void> {
    await waitFor("every event", () => {
      this.#throwEnd();
      const delivered = new Set(this.revisions);
      return wanted.every((revision) => delivered.has(revision));
    }, { timeoutMs: CATCH_UP_MS });
  }

  /** Waits for its end; resolves to its reason, if there is one. */
  async end(): Promise<unknown> {
    this.#endTold = true;
    const { reason } = await waitFor(
      "the end of the watch",
      () => this.#ended,
      { timeoutMs: CATCH_UP_MS, intervalMs: 2 },
    );
    return reason;
  }

  /** Holds what came against what was to come, in its order. */
  count(wanted: readonly bigint[], duringFault: number): WatchCount {
    const delivered = new Set(this.revisions);
    const asked = new Set(wanted);
    const inOrder = new Set<bigint>();
    let last = 0n;
    for (const revision of this.revisions) {
      if (revision > last && asked.has(revision)) inOrder.add(revision);
      last = revision > last ? revision : last;
    }
    return {
      wanted: wanted.length,
      duringFault,
      gaps: wanted.filter((revision) => !delivered.has(revision)).length,
      duplicates: this.revisions.length - inOrder.size,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#watch.close();
    await this.#reading;
    this.#throwEnd();
  }

  /** An end that nobody asked for is an error, which is told once. */
  #throwEnd(): void {
    if (this.#ended?.reason === undefined || this.#endTold) return;
    this.#endTold = true;
    throw this.#ended.reason;
  }

  async #read(): Promise<void> {
    try {
      for await (const batch of this.#watch) {
        this.batches.push(batch);
        const revisions = batch.events.map(({ kv }) => kv.modRevision);
        this.revisions.push(
          ...revisions.filter((one, at) => one !== revisions[at - 1]),
        );
        for (const _ of revisions) this.#timeline?.delivered();
      }
      this.#ended = { reason: undefined };
    } catch (reason) {
      this.#ended = { reason };
    }
  }
}

/** What several watches delivered together. */
export function sumOf(counts: readonly WatchCount[]): WatchCount {
  const sum = (what: keyof WatchCount) =>
    counts.reduce((total, count) => total + count[what], 0);
  return {
    wanted: sum("wanted"),
    duringFault: sum("duringFault"),
    gaps: sum("gaps"),
    duplicates: sum("duplicates"),
  };
}
