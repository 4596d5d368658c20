import type { Clock } from "../balancers/_clock.ts";
import { backoffMs, type BackoffPolicy } from "../errors/backoff.ts";
import { type ErrorCode, GRPC_CODE } from "../errors/codes.ts";
import { EtcdError } from "../errors/etcd_error.ts";
import { UnavailableError } from "../errors/specific_errors.ts";
import type { WatchRequestInit, WatchResponse } from "../proto/gen/messages.ts";
import { toBigInt } from "../proto/int64.ts";
import { methods } from "../proto/methods.ts";
import type { OpenStream, StreamOpener } from "./_stream.ts";
import { Heartbeat } from "./_heartbeat.ts";
import { cancelError } from "./_watch_errors.ts";
import {
  cancelRequest,
  createRequest,
  PROGRESS_REQUEST,
} from "./_watch_codec.ts";
import type { Watcher, WatchHost } from "./_watcher.ts";
import type { HeartbeatOptions } from "./watch_types.ts";

/** What a session is made of. */
export interface WatchSessionOptions {
  /** Opens its streams. */
  readonly opener: StreamOpener;
  /** Time and randomness. */
  readonly clock: Clock;
  /** Whether members without a leader end the stream. */
  readonly requireLeader: boolean;
  /** How a silent stream is noticed. */
  readonly heartbeat: HeartbeatOptions | false;
}

const BACKOFF: BackoffPolicy = {
  initialMs: 50,
  multiplier: 2,
  maxMs: 5_000,
  jitter: 0.2,
};
// A stream that ends sooner counts as a failed attempt to open one.
const SHORT_LIFE_MS = 1_000;

// What another attempt would only be told again.
const FINAL: ReadonlySet<ErrorCode> = new Set([
  "client_closed",
  "permission_denied",
  "auth_failed",
  "invalid_auth_token",
  "unauthenticated",
  "user_empty",
  "unsupported",
  "invalid_argument",
]);

/**
 * The stream that watches share, and its successors: whenever it ends, for
 * whatever reason, it is opened again and every watch put on it at its cursor.
 */
export class WatchSession implements WatchHost {
  readonly #options: WatchSessionOptions;
  readonly #watchers = new Set<Watcher>();
  readonly #byId = new Map<bigint, Watcher>();
  readonly #idOf = new Map<Watcher, bigint>();
  /** The ids whose creation is not answered yet, in the order asked. */
  #creating: bigint[] = [];
  #progress: PromiseWithResolvers<bigint>[] = [];
  #stream: OpenStream<WatchRequestInit> | undefined;
  #opening: AbortController | undefined;
  #cancelRetry: (() => void) | undefined;
  #heartbeat: Heartbeat | undefined;
  #failures = 0;
  #openedAt = 0;
  #lastId = 0n;

  constructor(options: WatchSessionOptions) {
    this.#options = options;
  }

  add(watcher: Watcher): void {
    this.#watchers.add(watcher);
    if (this.#stream !== undefined) this.#create(watcher);
    else if (this.#opening === undefined && this.#cancelRetry === undefined) {
      this.#open();
    }
  }

  remove(watcher: Watcher): void {
    this.#watchers.delete(watcher);
    this.#takeOff(watcher, "tell");
    if (this.#watchers.size === 0) this.#stop();
  }

  requestProgress(): Promise<bigint> {
    const asked = Promise.withResolvers<bigint>();
    this.#progress.push(asked);
    this.#stream?.send(PROGRESS_REQUEST);
    return asked.promise;
  }

  /** Ends every watch with this error. */
  close(error: EtcdError): void {
    for (const watcher of [...this.#watchers]) watcher.fail(error);
    this.#stop();
    for (const asked of this.#progress.splice(0)) asked.reject(error);
  }

  async #open(): Promise<void> {
    const opening = this.#opening = new AbortController();
    try {
      const stream = await this.#options.opener.open(methods.watch.watch, {
        action: "watch",
        requireLeader: this.#options.requireLeader,
        signal: opening.signal,
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
    this.#openedAt = clock.now();
    if (heartbeat !== false) {
      this.#heartbeat = new Heartbeat(heartbeat, clock, {
        ask: () => stream.send(PROGRESS_REQUEST),
        dead: (silentMs) => this.#silent(stream, silentMs),
      });
    }
    for (const watcher of this.#watchers) this.#create(watcher);
    if (this.#progress.length > 0) stream.send(PROGRESS_REQUEST);
  }

  #create(watcher: Watcher): void {
    const id = ++this.#lastId;
    this.#byId.set(id, watcher);
    this.#idOf.set(watcher, id);
    this.#creating.push(id);
    this.#heartbeat?.catchingUp();
    const { template, nextRevision } = watcher;
    this.#stream?.send(createRequest(template, id, nextRevision));
  }

  #takeOff(watcher: Watcher, how: "tell" | "silently"): void {
    const id = this.#idOf.get(watcher);
    if (id === undefined) return;
    this.#idOf.delete(watcher);
    this.#byId.delete(id);
    if (how === "tell") this.#stream?.send(cancelRequest(id));
  }

  #onMessage(message: WatchResponse): void {
    this.#heartbeat?.alive();
    const endpoint = this.#stream?.endpoint ?? "";
    const id = toBigInt(message.watchId);
    if (message.created) {
      const watcher = this.#byId.get(this.#createdId(id));
      if (watcher === undefined) return;
      if (!message.canceled) return watcher.created(endpoint, message.header);
      return this.#drop(watcher, message, endpoint);
    }
    if (id === -1n) {
      this.#heartbeat?.caughtUp();
      const revision = toBigInt(
        message.header?.revision ?? { low: 0, high: 0 },
      );
      for (const asked of this.#progress.splice(0)) asked.resolve(revision);
      return;
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
    if (compactRevision > 0n) watcher.compacted(compactRevision, endpoint);
    else watcher.fail(cancelError(message.cancelReason, endpoint));
  }

  #silent(stream: OpenStream<WatchRequestInit>, silentMs: number): void {
    stream.cancel();
    this.#onEnd(
      new UnavailableError(
        `Cannot watch: no sign of life from ${stream.endpoint} for ${
          Math.round(silentMs)
        } ms (unavailable)`,
        {
          code: "unavailable",
          grpcCode: GRPC_CODE.unavailable,
          endpoint: stream.endpoint,
          method: methods.watch.watch.name,
          retryable: true,
        },
      ),
    );
  }

  #onEnd(error: EtcdError): void {
    const { clock } = this.#options;
    this.#leaveStream();
    if (FINAL.has(error.code)) return this.close(error);
    for (const watcher of [...this.#watchers]) watcher.disconnected(error);
    if (this.#watchers.size === 0) return;
    if (clock.now() - this.#openedAt >= SHORT_LIFE_MS) this.#failures = 0;
    // The first time at once: the strategy may have another member.
    const waitMs = this.#failures === 0
      ? 0
      : backoffMs(BACKOFF, this.#failures, clock.random);
    this.#failures++;
    this.#cancelRetry = clock.hold(waitMs, () => {
      this.#cancelRetry = undefined;
      this.#open();
    });
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
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
    this.#stream?.cancel();
    this.#leaveStream();
    this.#failures = 0;
  }
}
