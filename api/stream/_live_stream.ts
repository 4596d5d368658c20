import type {
  ConnectionPool,
  FollowedCall,
  Picked,
} from "../../balancers/pool/mod.ts";
import type {
  CallStatus,
  Clock,
  Headers,
  RunningStream,
} from "../../balancers/transport/mod.ts";
import { clientClosedError } from "../../errors/client_closed.ts";
import { type ErrorCode, GRPC_CODE } from "../../errors/codes.ts";
import { EtcdError } from "../../errors/etcd_error.ts";
import { isStaleToken } from "../../errors/judge.ts";
import type { Method } from "../../proto/method.ts";
import type { ClusterGuard, TokenKeeper } from "../call/mod.ts";
import { judgeStream } from "./_ended_stream.ts";
import { untilBegun } from "./_limit.ts";
import {
  moveWhenRemoved,
  removedError,
  vacatedError,
} from "./_move_when_removed.ts";
import type {
  OpenStream,
  StreamListener,
  StreamSettings,
} from "./_open_stream.ts";
import { asRetryable, refusesToken } from "./_token.ts";

/** Parts of a stream: the connection it runs on, and its owner. */
export interface LiveStreamParts<Request, Response> {
  readonly pool: ConnectionPool;
  /** The connection that the pool has given. */
  readonly picked: Picked;
  readonly method: Method<Request, Response>;
  readonly settings: StreamSettings;
  readonly listener: StreamListener<Response>;
  /** Told when the owner ends it. */
  readonly onCancel?: (() => void) | undefined;
  /** Keeps the client's token, if the client has one. */
  readonly tokens: TokenKeeper | undefined;
  /** The token that the stream is opened with. */
  readonly token: string | undefined;
  /** Refuses messages of another cluster. */
  readonly guard: ClusterGuard | undefined;
  readonly clock: Clock;
}

/** A stream on a transport, from its start to its end. */
export class LiveStream<Request, Response> {
  readonly #parts: LiveStreamParts<Request, Response>;
  readonly #endpoint: string;
  readonly #startedAt: number;
  readonly #running: RunningStream;
  /** Whether its owner is still told what happens. */
  #live = true;
  /** Whether the peer may have seen it. */
  #begun = true;
  #stay = () => {};
  #unfollow = () => {};

  constructor(
    parts: LiveStreamParts<Request, Response>,
    headers: Headers | undefined,
  ) {
    this.#parts = parts;
    const { picked, method, clock } = parts;
    this.#endpoint = picked.connection.endpoint;
    this.#startedAt = clock.now();
    this.#running = picked.transport.stream(method.path, {
      timeoutMs: Infinity,
      headers,
      onMessage: (bytes) => this.#onMessage(bytes),
      onEnd: (status) => this.#onEnd(status),
    });
    this.#readNext();
    // One that is read on demand cannot go on elsewhere.
    if (parts.settings.messages !== "when asked for") this.#follow();
  }

  /**
   * Waits for one of the streams that the peer allows. Resolves to whether the
   * stream has begun. If not, the peer never saw it, and its owner is not told.
   */
  async begun(): Promise<boolean> {
    await untilBegun(this.#running, this.#endpoint, this.#parts.settings);
    return this.#begun;
  }

  /** Leaves its endpoint when that is removed, and `another` is there. */
  moveWhenRemoved(another: (signal: AbortSignal) => Promise<unknown>): void {
    if (!this.#live) return;
    const { picked, settings, method } = this.#parts;
    this.#stay = moveWhenRemoved(picked.connection, another, () => {
      if (this.#live) this.#running.cancel();
      this.#end(removedError(this.#endpoint, { ...settings, method }));
    });
  }

  /** The stream as its owner sees it. */
  get handle(): OpenStream<Request> {
    const { method } = this.#parts;
    return {
      endpoint: this.#endpoint,
      send: (request) => {
        if (!this.#live) return;
        this.#running.send(method.encode(request));
        // Its one request: newer servers wait until they know that.
        if (method.kind === "server_stream") this.#running.halfClose();
      },
      read: () => {
        if (this.#live) this.#running.read();
      },
      cancel: () => {
        this.#stop();
        this.#running.cancel();
        this.#parts.onCancel?.();
      },
      tokenRefused: (code) => this.#tokenRefused(code),
    };
  }

  #onMessage(bytes: Uint8Array): void {
    if (!this.#live) return;
    const { method, listener, guard } = this.#parts;
    try {
      const message = method.decode(bytes);
      guard?.check(message, () => ({
        action: this.#parts.settings.action,
        method: method.name,
        endpoint: this.#endpoint,
        maybeCommitted: false,
      }));
      listener.onMessage(message);
    } catch (cause) {
      this.#running.cancel();
      return this.#end(EtcdError.from(cause));
    }
    this.#readNext();
  }

  #readNext(): void {
    const { messages } = this.#parts.settings;
    if (messages !== "when asked for") this.#running.read();
  }

  #onEnd(status: CallStatus): void {
    this.#begun = status.reach !== "unsent";
    this.#unfollow();
    if (!this.#live || !this.#begun) return;
    const { pool, settings, listener } = this.#parts;
    if (status.grpcCode === GRPC_CODE.ok && listener.onDone) {
      this.#stop();
      return listener.onDone();
    }
    this.#end(
      pool.closed ? clientClosedError(settings) : this.#errorOfEnd(status),
    );
  }

  #errorOfEnd(status: CallStatus): EtcdError {
    const { pool, picked, settings, method, tokens, clock } = this.#parts;
    const { connection, transport, epoch } = picked;
    tokens?.trials.failed(transport, status);
    const endedAtMs = clock.now();
    const durationMs = endedAtMs - this.#startedAt;
    const { blame, error } = judgeStream(status, {
      endpoints: pool.size,
      method,
      endpoint: this.#endpoint,
      disconnected: !transport.ready,
      durationMs,
      action: settings.action,
    });
    // A strategy hears of a stream only if the member says it is a learner.
    if (blame === "learner") {
      pool.report({
        connection,
        epoch,
        kind: "stream",
        method: method.name,
        blame,
        provesQuorum: false,
        timedOut: false,
        durationMs,
        endedAtMs,
      });
    }
    return error;
  }

  #end(error: EtcdError): void {
    if (!this.#live) return;
    this.#stop();
    const renewed = isStaleToken(error.code) && this.#tokenRefused(error.code);
    this.#parts.listener.onEnd(renewed ? asRetryable(error) : error);
  }

  /** Leaves its endpoint when the strategy wants it to. */
  #follow(): void {
    const { pool, picked, method, settings } = this.#parts;
    const followed: FollowedCall = {
      place: 0,
      connection: picked.connection,
      epoch: picked.epoch,
      method: method.name,
      lateAtMs: Infinity,
      repeatable: () => false,
      again: () => {},
      leave: () => {
        const waits = this.#running.wait !== undefined;
        this.#running.cancel();
        // One that has not begun is opened elsewhere, and nobody is told.
        if (waits) return;
        this.#end(vacatedError(this.#endpoint, { ...settings, method }));
      },
    };
    pool.followed.add(followed);
    this.#unfollow = () => pool.followed.remove(followed);
  }

  #stop(): void {
    this.#live = false;
    this.#stay();
    this.#unfollow();
  }

  #tokenRefused(code: ErrorCode): boolean {
    const { tokens, token } = this.#parts;
    return tokens !== undefined && refusesToken(tokens, token, code);
  }
}
