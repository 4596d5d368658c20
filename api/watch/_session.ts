import { EtcdError } from "../../errors/etcd_error.ts";
import type {
  WatchRequestInit,
  WatchResponse,
} from "../../proto/gen/messages.ts";
import { toBigInt, ZERO } from "../../proto/int64.ts";
import { methods } from "../../proto/methods.ts";
import { Heartbeat } from "./_heartbeat.ts";
import {
  asRetryable,
  type OpenStream,
  ReconnectingStream,
} from "../stream/mod.ts";
import { cancelRequest, createRequest, PROGRESS_REQUEST } from "./_codec.ts";
import { WatchCluster } from "./_cluster.ts";
import {
  cancelError,
  noProgressError,
  ownIdsError,
  refusal,
  silentError,
} from "./_errors.ts";
import { WatchHistory } from "./_history.ts";
import type { WatchHost } from "./_host.ts";
import type { WatchSessionOptions } from "./_session_options.ts";
import { WatchIds } from "./_ids.ts";
import { ProgressQuestions } from "./_progress.ts";
import { progressOfAll } from "./_progress_of_all.ts";
import type { Watcher } from "./_watcher.ts";

/**
 * The stream that watches share, and its successors: on each new one, every
 * watch is created again at its cursor.
 */
export class WatchSession implements WatchHost<Watcher> {
  readonly #options: WatchSessionOptions;
  /** The watches that are, or want to be, on the stream. */
  readonly #watchers = new Set<Watcher>();
  /** The watches that have left the stream and will come back. */
  readonly #paused = new Set<Watcher>();
  readonly #ids = new WatchIds<Watcher>();
  readonly #questions: ProgressQuestions;
  readonly #cluster = new WatchCluster();
  readonly #history: WatchHistory<Watcher>;
  readonly #stream: ReconnectingStream<WatchRequestInit, WatchResponse>;
  #heartbeat: Heartbeat | undefined;

  constructor(options: WatchSessionOptions) {
    this.#options = options;
    const { clock, readRevision } = options;
    this.#history = new WatchHistory(clock, readRevision);
    const ask = () => this.#send(PROGRESS_REQUEST);
    this.#questions = new ProgressQuestions(clock, ask);
    this.#stream = new ReconnectingStream(methods.watch.watch, {
      ...options,
      action: "watch",
      listener: {
        onOpen: (stream) => this.#begin(stream),
        onMessage: (message) => this.#onMessage(message),
        onEnd: (error) => this.#onEnd(error),
        onFailed: (error) => this.close(EtcdError.from(error)),
        onWait: (limit) => {
          for (const watcher of [...this.#watchers]) watcher.waits(limit);
        },
      },
    });
  }

  add(watcher: Watcher): void {
    this.#paused.delete(watcher);
    this.#watchers.add(watcher);
    switch (this.#stream.kind) {
      case "open":
        return this.#create(watcher);
      case "opening":
        // Its user does not have it yet.
        return queueMicrotask(() => this.#tellLimit(watcher));
      default:
        this.#stream.start();
    }
  }

  pause(watcher: Watcher): void {
    this.#paused.add(watcher);
    // Later answers of the stream say nothing about this watch.
    this.#questions.settle(watcher, watcher.received);
    this.#leave(watcher);
  }

  remove(watcher: Watcher, reason: unknown): void {
    this.#paused.delete(watcher);
    this.#questions.fail(watcher, reason);
    this.#leave(watcher);
  }

  requestProgress(watcher: Watcher): Promise<bigint> {
    return this.#ids.usesOurs
      ? this.#questions.ask(watcher)
      : Promise.reject(noProgressError());
  }

  /** The revisions up to which its watches have received, by one request. */
  async progressOfAll(signal: AbortSignal): Promise<readonly bigint[]> {
    const paused = [...this.#paused].map(({ received }) => received);
    if (this.#watchers.size === 0) return paused;
    if (!this.#ids.usesOurs) throw noProgressError();
    const asked = await progressOfAll(this.#watchers, this.#questions, {
      signal,
    });
    return [...paused, ...asked];
  }

  /** Ends every watch with this error. */
  close(error: EtcdError): void {
    const all = [...this.#watchers, ...this.#paused];
    // First, as who learns of it may start new watches.
    this.#watchers.clear();
    this.#paused.clear();
    this.#stop();
    for (const watcher of all) watcher.fail(error);
  }

  #tellLimit(watcher: Watcher): void {
    if (this.#watchers.has(watcher)) watcher.waits(this.#stream.limit);
  }

  #leave(watcher: Watcher): void {
    this.#history.forget(watcher);
    const id = this.#ids.take(watcher);
    if (id !== undefined) this.#send(cancelRequest(id));
    this.#watchers.delete(watcher);
    if (this.#watchers.size === 0) this.#stop();
  }

  #begin({ endpoint }: OpenStream<WatchRequestInit>): void {
    const { clock, heartbeat } = this.#options;
    if (heartbeat !== false && this.#ids.usesOurs) {
      this.#heartbeat = new Heartbeat(heartbeat, clock, {
        ask: () => this.#send(PROGRESS_REQUEST),
        dead: (ms) => this.#stream.abandon(silentError(endpoint, ms)),
      });
    }
    for (const watcher of this.#watchers) this.#create(watcher);
    this.#questions.repeat();
  }

  /** Asks for a watch that was not asked for, if it is its turn. */
  #create(watcher: Watcher): void {
    const id = this.#stream.current && this.#ids.next(watcher);
    if (id === undefined) return;
    const { template, startRevision } = watcher;
    this.#heartbeat?.catchingUp(startRevision);
    this.#send(createRequest(template, { watchId: id, startRevision }));
  }

  #onMessage(message: WatchResponse): void {
    const revision = toBigInt(message.header?.revision ?? ZERO);
    this.#heartbeat?.alive(revision);
    const mismatch = this.#cluster.mismatch(message, this.#endpoint);
    if (mismatch) return this.close(mismatch);
    const id = toBigInt(message.watchId);
    if (message.created) return this.#onCreated(message, id);
    if (id === -1n) {
      this.#heartbeat?.caughtUp();
      this.#history.allHeard(this.#watchers, revision);
      return this.#questions.answer(revision);
    }
    const watcher = this.#ids.watcher(id);
    if (watcher === undefined) return;
    if (message.canceled) return this.#drop(watcher, message);
    this.#history.heard(watcher, revision);
    watcher.receive(message);
  }

  #onCreated(message: WatchResponse, id: bigint): void {
    const wereInTurn = this.#ids.inTurn;
    const watcher = this.#ids.created(id, refusal(message));
    if (watcher === "unclear") {
      return this.#stream.abandon(ownIdsError(this.#endpoint));
    }
    if (!this.#ids.usesOurs) this.#meetProxy(watcher ? -1n : id);
    if (watcher && watcher !== "again") {
      this.#begun(watcher, message);
    }
    if (!wereInTurn && !this.#ids.inTurn) return;
    for (const one of this.#watchers) this.#create(one);
  }

  #begun(watcher: Watcher, message: WatchResponse): void {
    if (message.canceled) return this.#drop(watcher, message);
    this.#history.heard(watcher, toBigInt(message.header?.revision ?? ZERO));
    watcher.created(this.#endpoint, message.header);
  }

  /** A proxy does not answer when asked for progress. */
  #meetProxy(strayId: bigint): void {
    this.#heartbeat?.close();
    this.#heartbeat = undefined;
    const { heartbeat } = this.#options;
    if (heartbeat) this.#history.suspect(this.#watchers, heartbeat.intervalMs);
    // Closed before it was known by this id.
    if (strayId !== -1n) this.#send(cancelRequest(strayId));
    this.#questions.failAll(noProgressError());
  }

  /** The server has ended one watch. */
  #drop(watcher: Watcher, message: WatchResponse): void {
    this.#history.forget(watcher);
    this.#ids.take(watcher);
    const compacted = toBigInt(message.compactRevision);
    if (compacted > 0n) return watcher.compacted(compacted, this.#endpoint);
    const error = cancelError(message.cancelReason, this.#endpoint);
    if (this.#stream.current?.tokenRefused(error.code)) {
      // The watch stays, and is put on the next stream.
      return this.#stream.abandon(asRetryable(error));
    }
    watcher.fail(error);
  }

  #onEnd(error: EtcdError): void {
    this.#leaveStream();
    for (const watcher of [...this.#watchers]) watcher.disconnected(error);
  }

  #leaveStream(): void {
    this.#heartbeat?.close();
    this.#heartbeat = undefined;
    this.#ids.clear();
    this.#history.clear();
  }

  #stop(): void {
    this.#stream.stop();
    this.#leaveStream();
    if (this.#paused.size === 0) this.#cluster.forget();
    this.#history.stop();
  }

  get #endpoint(): string {
    return this.#stream.current?.endpoint ?? "";
  }

  #send(request: WatchRequestInit): void {
    this.#stream.current?.send(request);
  }
}
