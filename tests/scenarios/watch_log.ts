import type { Client, KeyRange, Watch, WatchOptions } from "../../mod.ts";
import { type Cluster, type Member, waitFor } from "../harness/mod.ts";
import type { Timeline } from "./timeline.ts";

/** What a watch delivered, held against what was written. */
export interface WatchCount {
  /** Revisions that were to be delivered. */
  readonly wanted: number;
  /** Those of them that were, by the end of the fault. */
  readonly duringFault: number;
  /** Revisions that were never delivered. */
  readonly gaps: number;
  /** Revisions delivered twice, out of order, or from before the start. */
  readonly duplicates: number;
}

const CATCH_UP_MS = 10_000;

/** Options of a {@linkcode WatchLog}. */
export interface WatchLogOptions extends WatchOptions {
  /** Is told of each delivery. */
  readonly timeline?: Timeline;
}

/** Follows a range and keeps the revision of every event. */
export class WatchLog implements AsyncDisposable {
  readonly revisions: bigint[] = [];
  readonly #watch: Watch;
  readonly #reading: Promise<void>;

  readonly #timeline: Timeline | undefined;

  private constructor(watch: Watch, timeline: Timeline | undefined) {
    this.#watch = watch;
    this.#timeline = timeline;
    this.#reading = this.#read();
  }

  /** Starts to follow; resolves when the server has created the watch. */
  static async start(
    client: Client,
    range: KeyRange | string,
    { timeline, ...options }: WatchLogOptions = {},
  ): Promise<WatchLog> {
    // Progress requests would hide what the connection alone shows.
    const watch = client.watch(range, { heartbeat: false, ...options });
    const log = new WatchLog(watch, timeline);
    await watch.ready;
    return log;
  }

  /** The member its stream runs on now. */
  member(cluster: Cluster): Member {
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
    await waitFor(
      "every event",
      () => wanted.every((revision) => this.revisions.includes(revision)),
      { timeoutMs: CATCH_UP_MS },
    );
  }

  /** Holds what came against what was to come, in its order. */
  count(wanted: readonly bigint[], duringFault: number): WatchCount {
    const delivered = new Set(this.revisions);
    const inOrder = new Set<bigint>();
    let last = 0n;
    for (const revision of this.revisions) {
      if (revision > last && wanted.includes(revision)) inOrder.add(revision);
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
  }

  async #read(): Promise<void> {
    for await (const { kv } of this.#watch.events()) {
      this.revisions.push(kv.modRevision);
      this.#timeline?.delivered();
    }
  }
}
