import type { EtcdError } from "../../errors/etcd_error.ts";
import type { KeyValue, ResponseHeader } from "../values/mod.ts";

/** One change of one key. */
export type WatchEvent =
  | {
    /** Discriminator: the key was written. */
    readonly type: "put";
    /** The key as it is after the change. */
    readonly kv: KeyValue;
    /** The key before it, if asked for and if it existed. */
    readonly prevKv: KeyValue | undefined;
  }
  | {
    /** Discriminator: the key was deleted, or its lease ended. */
    readonly type: "delete";
    /** The key, and in `modRevision` the revision of the deletion. */
    readonly kv: KeyValue;
    /** The key before it, if asked for. */
    readonly prevKv: KeyValue | undefined;
  };

/** Events of one or more whole revisions, in order. */
export interface WatchBatch {
  /** The header of the message they came with. */
  readonly header: ResponseHeader;
  /**
   * The events. None only with `progressNotify`, or after a relist that found
   * no change: all up to the header's revision has then been delivered.
   */
  readonly events: readonly WatchEvent[];
  /**
   * Where they come from: as they happened, or what is left of them.
   *
   * - `stream`: every event, as the server sent it;
   * - `coalesced`: the consumer was too slow, and only the last event of each
   *   key is left (`buffer.policy: "coalesce"`);
   * - `relist`: the history was compacted, or the store has gone back to an
   *   older state, and the range was read again (`onCompaction: "relist"`):
   *   keys that differ as puts, also if it is an older state of them, keys
   *   that are gone as deletions, whose revision is that of the reading.
   */
  readonly origin: "stream" | "coalesced" | "relist";
}

/** Where a watch stands. */
export type WatchState =
  /** Being created for the first time. */
  | { readonly kind: "connecting" }
  /**
   * Its stream waits for one of the `maxStreams` that the endpoint allows a
   * client at once, and gets one in its turn. `reason` is why the stream before
   * has ended, if there was one.
   */
  | {
    readonly kind: "waiting";
    readonly endpoint: string;
    readonly maxStreams: number;
    readonly reason: EtcdError | undefined;
  }
  /** Receiving from this endpoint. */
  | { readonly kind: "live"; readonly endpoint: string }
  /** Its stream has ended for this reason, and is being opened again. */
  | { readonly kind: "reconnecting"; readonly reason: EtcdError }
  /** Its buffer is full; it goes on when the consumer has caught up. */
  | { readonly kind: "paused" }
  /** Ended, for this reason if not by the consumer. */
  | { readonly kind: "closed"; readonly reason: unknown };

/** What is kept for a consumer that reads more slowly than events come. */
export interface WatchBufferOptions {
  /** The most events to keep. @default {10000} */
  readonly events?: number | undefined;
  /** The most bytes of keys and values to keep. @default {16 MiB} */
  readonly bytes?: number | undefined;
  /**
   * What happens when either is reached.
   *
   * - `block`: the watch is paused on the server, and resumed where it was
   *   when half of the buffer is free. Nothing is lost, unless the history is
   *   compacted meanwhile.
   * - `coalesce`: only the last event of each key is kept; if that is not
   *   enough, as `block`.
   * - `error`: the watch ends with the code `watch_overflow`.
   *
   * @default {"block"}
   */
  readonly policy?: "block" | "coalesce" | "error" | undefined;
}

/** How the end of a silent stream is noticed. */
export interface HeartbeatOptions {
  /** How long a stream may be silent before it is asked, in milliseconds. */
  readonly intervalMs: number;
  /** How long to wait for the answer, in milliseconds. */
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
  /** Whether to report what was there before each event. @default {false} */
  readonly prevKv?: boolean | undefined;
  /** Whether to leave out puts. @default {false} */
  readonly noPut?: boolean | undefined;
  /** Whether to leave out deletions. @default {false} */
  readonly noDelete?: boolean | undefined;
  /**
   * Whether the server should tell now and then (every 10 minutes by its
   * default) that nothing has happened; delivered as batches without events.
   *
   * @default {false}
   */
  readonly progressNotify?: boolean | undefined;
  /**
   * Whether the server may send one revision in several messages, which are
   * put together again. Without it, one that is too large for a message is
   * one large message.
   *
   * @default {true}
   */
  readonly fragment?: boolean | undefined;
  /**
   * Whether the member must have a leader: one that is cut off from the
   * others then ends the stream, and it is opened again.
   *
   * @default {true}
   */
  readonly requireLeader?: boolean | undefined;
  /** What is kept for a slow consumer. */
  readonly buffer?: WatchBufferOptions | undefined;
  /**
   * How to notice a stream that has gone silent: after `intervalMs` of silence
   * the server is asked for progress, and has `timeoutMs` to answer. `false` for
   * not asking. Servers from 3.5.22 and 3.6.2 on cannot answer while a watch of
   * the stream starts ahead of their store. etcd's gRPC proxy never answers, and
   * is not asked. Then only HTTP/2 pings notice.
   *
   * @default {{ intervalMs: 10000, timeoutMs: 5000 }}
   */
  readonly heartbeat?: HeartbeatOptions | false | undefined;
  /**
   * What happens if the next revision was compacted away, or if the store has
   * gone back to an older state: the watch ends with a `CompactedError` or a
   * `HistoryLostError`, or it reads the range again and goes on, with every
   * difference as a batch of its own. For that it keeps every key of the range
   * in memory, and reads them before it starts.
   *
   * @default {"error"}
   */
  readonly onCompaction?: "error" | "relist" | undefined;
  /**
   * Called after each change of state. An error that it throws changes nothing,
   * and becomes a warning of the process, as with the client's `onEvent`.
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
 * revisions mean something else: if the endpoints lead there, it ends with a
 * `ClusterMismatchError`.
 *
 * If the store goes back behind what the watch has received, as an older
 * snapshot was restored or its data were lost, the watch ends with a
 * `HistoryLostError`: what it has delivered since then does not hold any more.
 * A linearizable read of the first key of the range tells this from a member
 * that only lags. One case cannot be noticed: a store that went back, and has
 * passed the watch again by other writes before the watch is connected again.
 *
 * Closing the watch, leaving the loop, and disposal are the same.
 */
export interface Watch extends AsyncIterable<WatchBatch>, AsyncDisposable {
  /** Resolves when the server has created it, with that answer's header. */
  readonly ready: Promise<ResponseHeader>;
  /** Where it stands. */
  readonly state: WatchState;
  /**
   * The revision to start at to go on after what the consumer has received;
   * `undefined` until a watch "from now" is created.
   */
  readonly cursor: bigint | undefined;
  /** The events one by one. */
  events(): AsyncIterableIterator<WatchEvent>;
  /**
   * Asks the server how far it is, and resolves to the revision it answers.
   * Servers before 3.4.25 and 3.5.8 may answer ahead of what they have sent;
   * those from 3.5.22 and 3.6.2 on answer once the watch has caught up, and one
   * with a start ahead when that revision is next. While it is paused, it is
   * the revision up to which events have come.
   *
   * @throws {UnsupportedError} If it is etcd's gRPC proxy that is asked, or kine.
   */
  requestProgress(): Promise<bigint>;
  /** Ends the watch; the iteration ends. Idempotent. */
  close(): Promise<void>;
}
