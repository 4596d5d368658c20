import type { EtcdError } from "../../errors/etcd_error.ts";
import type { KeyValue, ResponseHeader } from "../values/mod.ts";

/** A change of a key. */
export type WatchEvent =
  | {
    /** Discriminator: the key was written. */
    readonly type: "put";
    /** The key as it is after the change. */
    readonly kv: KeyValue;
    /** The key before the change, if asked for and if it existed. */
    readonly prevKv: KeyValue | undefined;
  }
  | {
    /** Discriminator: the key was deleted, or its lease ended. */
    readonly type: "delete";
    /** The key, and in `modRevision` the revision of the deletion. */
    readonly kv: KeyValue;
    /** The key before the deletion, if asked for. */
    readonly prevKv: KeyValue | undefined;
  };

/** Events of one or more whole revisions, in order. */
export interface WatchBatch {
  /** The header of the message that carried the events. */
  readonly header: ResponseHeader;
  /**
   * The events. The list is empty only with `progressNotify`, or after a relist
   * that found no change: then all events up to the header's revision have
   * been delivered.
   */
  readonly events: readonly WatchEvent[];
  /**
   * The source of the events.
   *
   * - `stream`: every event, as the server sent it;
   * - `coalesced`: the consumer was too slow, and only the last event of each
   *   key is left (`buffer.policy: "coalesce"`);
   * - `relist`: the history was compacted, or the store has gone back to an
   *   older state, and the range was read again (`onCompaction: "relist"`).
   *   Keys that differ are puts, even if their state is an older one. Keys that
   *   are gone are deletions, with the revision at which the range was read.
   */
  readonly origin: "stream" | "coalesced" | "relist";
}

/** The state of a watch. */
export type WatchState =
  /** The watch is being created for the first time. */
  | { readonly kind: "connecting" }
  /**
   * The stream waits for one of the `maxStreams` that the endpoint allows a
   * client at once, and gets one in its turn. `reason` is why the stream before
   * has ended, if there was one.
   */
  | {
    readonly kind: "waiting";
    readonly endpoint: string;
    readonly maxStreams: number;
    readonly reason: EtcdError | undefined;
  }
  /** The watch receives events from this endpoint. */
  | { readonly kind: "live"; readonly endpoint: string }
  /** The stream has ended for this reason, and is being opened again. */
  | { readonly kind: "reconnecting"; readonly reason: EtcdError }
  /** The buffer is full; the watch goes on when the consumer has caught up. */
  | { readonly kind: "paused" }
  /** The watch has ended: for this reason, or by the consumer without one. */
  | { readonly kind: "closed"; readonly reason: unknown };

/** The buffer for a consumer that reads more slowly than events come. */
export interface WatchBufferOptions {
  /** The most events to keep. @default {10000} */
  readonly events?: number | undefined;
  /** The most bytes of keys and values to keep. @default {16 MiB} */
  readonly bytes?: number | undefined;
  /**
   * The behaviour when either limit is reached.
   *
   * - `block`: the watch is paused on the server, and resumed where it was
   *   when half of the buffer is free. Nothing is lost, unless the history is
   *   compacted meanwhile.
   * - `coalesce`: only the last event of each key is kept; if that is still too
   *   much, the same as `block`.
   * - `error`: the watch ends with the code `watch_overflow`.
   *
   * @default {"block"}
   */
  readonly policy?: "block" | "coalesce" | "error" | undefined;
}

/** The heartbeat, which notices a stream that has silently died. */
export interface HeartbeatOptions {
  /** The silence after which the server is asked, in milliseconds. */
  readonly intervalMs: number;
  /** The time the server has to answer, in milliseconds. */
  readonly timeoutMs: number;
}

/** Options of a watch. */
export interface WatchOptions {
  /**
   * The first revision to report, which may be past or future.
   *
   * @default {what comes from now on}
   */
  readonly startRevision?: bigint | undefined;
  /** Whether events carry the key as it was before. @default {false} */
  readonly prevKv?: boolean | undefined;
  /** Whether to leave out puts. @default {false} */
  readonly noPut?: boolean | undefined;
  /** Whether to leave out deletions. @default {false} */
  readonly noDelete?: boolean | undefined;
  /**
   * Whether the server should report now and then (every 10 minutes by its
   * default) that nothing has happened. Such reports are batches without
   * events.
   *
   * @default {false}
   */
  readonly progressNotify?: boolean | undefined;
  /**
   * Whether the server may send a large revision in several messages. The
   * client puts them together again. Otherwise the revision is one message,
   * however large.
   *
   * @default {true}
   */
  readonly fragment?: boolean | undefined;
  /**
   * Whether the member must have a leader. A member that is cut off from the
   * others then ends the stream, and the client opens it again.
   *
   * @default {true}
   */
  readonly requireLeader?: boolean | undefined;
  /**
   * The behaviour when the member has ended the stream as it has no leader.
   *
   * - `wait`: the stream is opened again, at another member where there is one,
   *   until it goes on.
   * - `end`: the watch ends with a `NoLeaderError`, also if another member has a
   *   leader. What it has received is still delivered, and `cursor` is where
   *   another watch goes on. Needs `requireLeader`.
   *
   * @default {"wait"}
   */
  readonly onLeaderLoss?: "wait" | "end" | undefined;
  /** The buffer for a slow consumer. */
  readonly buffer?: WatchBufferOptions | undefined;
  /**
   * The heartbeat, which notices a stream that has silently died: after
   * `intervalMs` of silence the server is asked for progress, and has
   * `timeoutMs` to answer. With `false` it is not asked. Servers from 3.5.22
   * and 3.6.2 on cannot answer while a watch of the stream starts ahead of
   * their store. etcd's gRPC proxy never answers, and is not asked. Then only
   * HTTP/2 pings notice.
   *
   * @default {{ intervalMs: 10000, timeoutMs: 5000 }}
   */
  readonly heartbeat?: HeartbeatOptions | false | undefined;
  /**
   * The behaviour if the next revision was compacted away, or if the store has
   * gone back to an older state.
   *
   * - `error`: the watch ends with a `CompactedError` or a `HistoryLostError`.
   * - `relist`: the watch reads the range again and goes on; the differences
   *   are a batch of their own. For that the client reads every key of the
   *   range before the watch starts, and keeps them in memory.
   *
   * @default {"error"}
   */
  readonly onCompaction?: "error" | "relist" | undefined;
  /**
   * Called after each change of state. An error that the function throws
   * changes nothing, and becomes a warning of the process, as with the client's
   * `onEvent`.
   */
  readonly onStateChange?: ((state: WatchState) => void) | undefined;
  /** Ends the watch: the iteration throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * A watch: an async iterable of batches, each of whole revisions.
 *
 * Every event of the range from the start on is delivered exactly once and in
 * order, across any number of reconnects. The cursor is the revision after
 * the last delivered one; each new stream goes on there. A watch "from now"
 * starts one after the revision at which it was created. In another cluster
 * revisions mean something else: if the endpoints lead there, the watch ends
 * with a `ClusterMismatchError`.
 *
 * If an older snapshot was restored, or data were lost, the store goes back
 * behind what the watch has received. The watch then ends with a
 * `HistoryLostError`, as the newest events it has delivered are not true any
 * more. A linearizable read of the first key of the range tells this from a
 * member that only lags. One case cannot be noticed: a store that went back,
 * and has passed the watch again by other writes before the watch is connected
 * again.
 *
 * Closing the watch, leaving the loop, and disposal are the same.
 *
 * @example
 * ```ts
 * import { type Client, prefix } from "@etcdeno/client";
 *
 * async function follow(client: Client): Promise<void> {
 *   await using watch = client.watch(prefix("config/"));
 *   for await (const { type, kv } of watch.events()) {
 *     console.log(type, kv.key.text(), kv.value.text());
 *   }
 * }
 * ```
 */
export interface Watch extends AsyncIterable<WatchBatch>, AsyncDisposable {
  /** Resolves to the answer's header when the server has created the watch. */
  readonly ready: Promise<ResponseHeader>;
  /** The state now. */
  readonly state: WatchState;
  /**
   * The `startRevision` for another watch to go on after what the consumer has
   * received; `undefined` until a watch "from now" is created.
   */
  readonly cursor: bigint | undefined;
  /** Iterates over the events one by one. */
  events(): AsyncIterableIterator<WatchEvent>;
  /**
   * Asks the server how far the watch is, and resolves to that revision.
   * Servers before 3.4.25 and 3.5.8 may answer ahead of what they have sent.
   * Those from 3.5.22 and 3.6.2 on answer once the watch has caught up; if it
   * starts ahead of the store, when that revision is next. While the watch is
   * paused, this is the revision up to which events have come.
   *
   * @throws {UnsupportedError} If the server is etcd's gRPC proxy or kine.
   */
  requestProgress(): Promise<bigint>;
  /** Ends the watch; the iteration ends. Idempotent. */
  close(): Promise<void>;
}
