import type { Clock } from "../balancers/_clock.ts";
import { EtcdError } from "../errors/etcd_error.ts";
import type { WatchRequestInit, WatchResponse } from "../proto/gen/messages.ts";
import { toBigInt, ZERO } from "../proto/int64.ts";
import { methods } from "../proto/methods.ts";
import { Heartbeat } from "./_heartbeat.ts";
import { Reopening } from "./_reopening.ts";
import { asRetryable } from "./_stream_token.ts";
import type { Opener, OpenStream } from "./_stream.ts";
import {
  cancelRequest,
  createRequest,
  PROGRESS_REQUEST,
} from "./_watch_codec.ts";
import { WatchCluster } from "./_watch_cluster.ts";
import { cancelError, isFinal, silentError } from "./_watch_errors.ts";
import type { WatchHost } from "./_watch_host.ts";
import { ProgressQuestions } from "./_watch_progress.ts";
import type { Watcher } from "./_watcher.ts";
import type { HeartbeatOptions } from "./watch_types.ts";

/** What a session is made of. */
export interface WatchSessionOptions {
  /** Opens its streams. */
  readonly opener: Opener;
  /** Time and randomness. */
  readonly clock: Clock;
  /** Whether members without a leader end the stream. */
  readonly requireLeader: boolean;
  /** How a silent stream is noticed. */
  readonly heartbeat: HeartbeatOptions | false;
}

/**
 * The stream that watches share, and its successors: whenever it ends, for
 * whatever reason, it is opened again and every watch put on it at its cursor.
 */
export class WatchSession implements WatchHost {
  readonly #options: WatchSessionOptions;
  /** Those that are, or want to be, on the stream. */
  readonly #watchers = new Set<Watcher>();
  /** Those that have left it and will come back. */
  readonly #paused = new Set<Watcher>();
  readonly #byId = new Map<bigint, Watcher>();
  readonly #idOf = new Map<Watcher, bigint>();
  /** The ids whose creation is not answered yet, in the order asked. */
  #creating: bigint[] = [];
  readonly #questions: ProgressQuestions;
  readonly #reopening: Reopening;
  readonly #cluster = new WatchCluster();
  #stream: OpenStream<WatchRequestInit> | undefined;
  #opening: AbortController | undefined;
  #endpoint: string | undefined;
  #heartbeat: Heartbeat | undefined;
  #lastId = 0n;

  constructor(options: WatchSessionOptions) {
    this.#options = options;
    const { clock } = options;
    this.#questions = new ProgressQuestions(
      clock,
      () => this.#stream?.send(PROGRESS_REQUEST),
    );
    this.#reopening = new Reopening(clock, () => this.#open());
  }

  add(watcher: Watcher): void {
    this.#paused.delete(watcher);
    this.#watchers.add(watcher);
    if (this.#stream !== undefined) this.#create(watcher);
    else if (!this.#opening && !this.#reopening.pending) this.#open();
  }

  pause(watcher: Watcher): void {
    this.#paused.add(watcher);
    // What the stream answers from now on says nothing about this one.
    this.#questions.settle(watcher, watcher.received);
    this.#takeOff(watcher, "tell");
    this.#leave(watcher);
  }

  remove(watcher: Watcher, reason: unknown): void {
    this.#paused.delete(watcher);
    this.#questions.fail(watcher, reason);
    this.#takeOff(watcher, "tell");
    this.#leave(watcher);
  }

  requestProgress(watcher: Watcher): Promise<bigint> {
    return this.#questions.ask(watcher);
  }

  /** Ends every watch with this error. */
  close(error: EtcdError): void {
    const all = [...this.#watchers, ...this.#paused];
    // First, as those who are told may start new watches.
    this.#watchers.clear();
    this.#paused.clear();
    this.#stop();
    for (const watcher of all) watcher.fail(error);
  }

  #leave(watcher: Watcher): void {
    this.#watchers.delete(watcher);
    if (this.#watchers.size === 0) this.#stop();
  }

  async #open(): Promise<void> {
    const opening = this.#opening = new AbortController();
    try {
      const stream = await this.#options.opener.open(methods.watch.watch, {
        action: "watch",
        requireLeader: this.#options.requireLeader,
        signal: opening.signal,
        avoid: this.#endpoint,
      }, {
        onMessage: (message) => this.#onMessage(message),
        onEnd: (error) => this.#onEnd(error),
      });
      if (opening.signal.aborted) return stream.cancel();
      this.#opening = undefined;
      this.#begin(stream);
    } catch (error) {
      if (opening.signal.aborted) return;
      this.#opening = undefined;
      this.close(EtcdError.from(error));
    }
  }

  #begin(stream: OpenStream<WatchRequestInit>): void {
    const { clock, heartbeat } = this.#options;
    this.#stream = stream;
    this.#endpoint = stream.endpoint;
    this.#reopening.opened();
    if (heartbeat !== false) {
      this.#heartbeat = new Heartbeat(heartbeat, clock, {
        ask: () => stream.send(PROGRESS_REQUEST),
        dead: (silentMs) => this.#silent(stream, silentMs),
      });
    }
    for (const watcher of this.#watchers) this.#create(watcher);
    this.#questions.repeat();
  }

  #create(watcher: Watcher): void {
    const id = ++this.#lastId;
    this.#byId.set(id, watcher);
    this.#idOf.set(watcher, id);
    this.#creating.push(id);
    const { template, startRevision } = watcher;
    this.#heartbeat?.catchingUp(startRevision);
    this.#stream?.send(createRequest(template, id, startRevision));
  }

  #takeOff(watcher: Watcher, how: "tell" | "silently"): void {
    const id = this.#idOf.get(watcher);
    if (id === undefined) return;
    this.#idOf.delete(watcher);
    this.#byId.delete(id);
    if (how === "tell") this.#stream?.send(cancelRequest(id));
  }

  #onMessage(message: WatchResponse): void {
    const revision = toBigInt(message.header?.revision ?? ZERO);
    this.#heartbeat?.alive(revision);
    const endpoint = this.#stream?.endpoint ?? "";
    const mismatch = this.#cluster.mismatch(message, endpoint);
    if (mismatch) return this.close(mismatch);
    const id = toBigInt(message.watchId);
    if (message.created) {
      const watcher = this.#byId.get(this.#createdId(id));
      if (watcher === undefined) return;
      if (!message.canceled) return watcher.created(endpoint, message.header);
      return this.#drop(watcher, message, endpoint);
    }
    if (id === -1n) {
      this.#heartbeat?.caughtUp();
      return this.#questions.answer(revision);
    }
    const watcher = this.#byId.get(id);
    if (watcher === undefined) return;
    if (message.canceled) this.#drop(watcher, message, endpoint);
    else watcher.receive(message);
  }

  /** Creations are answered in order; one that fails is answered by id -1. */
  #createdId(answered: bigint): bigint {
    const first = this.#creating[0] ?? answered;
    if (answered === -1n || answered === first) {
      this.#creating.shift();
      return first;
    }
    this.#creating = this.#creating.filter((id) => id !== answered);
    return answered;
  }

  /** The server has ended one watch. */
  #drop(watcher: Watcher, message: WatchResponse, endpoint: string): void {
    this.#takeOff(watcher, "silently");
    const compactRevision = toBigInt(message.compactRevision);
    if (compactRevision > 0n) {
      return watcher.compacted(compactRevision, endpoint);
    }
    const error = cancelError(message.cancelReason, endpoint);
    if (this.#stream?.tokenRefused(error.code)) {
      // It is still one of those that want to be on the next stream.
      this.#stream.cancel(error);
      return this.#onEnd(asRetryable(error));
    }
    watcher.fail(error);
  }

  #silent(stream: OpenStream<WatchRequestInit>, silentMs: number): void {
    const error = silentError(stream.endpoint, silentMs);
    stream.cancel(error);
    this.#onEnd(error);
  }

  #onEnd(error: EtcdError): void {
    this.#leaveStream();
    if (isFinal(error)) return this.close(error);
    if (this.#watchers.size === 0) return;
    // First, as those who are told may start and close watches.
    this.#reopening.begin();
    for (const watcher of [...this.#watchers]) watcher.disconnected(error);
  }

  #leaveStream(): void {
    this.#heartbeat?.close();
    this.#heartbeat = undefined;
    this.#stream = undefined;
    this.#byId.clear();
    this.#idOf.clear();
    this.#creating = [];
  }

  #stop(): void {
    this.#opening?.abort();
    this.#opening = undefined;
    this.#reopening.stop();
    this.#stream?.cancel();
    this.#leaveStream();
    this.#cluster.forget();
  }
}
