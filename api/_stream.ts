import type { Waited } from "../balancers/_pick_queue.ts";
import type { ConnectionPool } from "../balancers/_pool.ts";
import type { Headers } from "../balancers/_transport.ts";
import { type ErrorCode, GRPC_CODE } from "../errors/codes.ts";
import { EtcdError } from "../errors/etcd_error.ts";
import { isStaleToken } from "../errors/handler.ts";
import { ClientClosedError } from "../errors/specific_errors.ts";
import type { Method } from "../proto/method.ts";
import { type LateCall, outOfTimeError } from "./_call_errors.ts";
import { requireVersion } from "./_capabilities.ts";
import type { ClusterGuard } from "./_cluster_guard.ts";
import { streamError } from "./_stream_error.ts";
import { asRetryable, ensureToken } from "./_stream_token.ts";
import type { TokenKeeper } from "./_token.ts";

/** A stream that is open. */
export interface OpenStream<Request> {
  /** The endpoint it runs on. */
  readonly endpoint: string;
  /** Sends a message; the only one, where the method takes one. */
  send(request: Request): void;
  /** Asks for the next message, where they come when asked for. */
  read(): void;
  /** Ends it; nothing is told any more. A `reason` is why it is given up. */
  cancel(reason?: unknown): void;
  /**
   * The member has refused something with this code. Whether that may be due
   * to the token, and the next stream will have another one.
   */
  tokenRefused(code: ErrorCode): boolean;
}

/** What a stream tells its owner. */
export interface StreamListener<Response> {
  /** A message has arrived. */
  onMessage(message: Response): void;
  /** It has ended, for this reason. Called once, last. */
  onEnd(error: EtcdError): void;
  /** It has ended as it should; told as `onEnd` where this is missing. */
  onDone?(): void;
}

/** What a stream is opened with. */
export interface StreamSettings {
  /** What it does, completing "Cannot …". */
  readonly action: string;
  /** Whether the member must have a leader, and end the stream without. */
  readonly requireLeader: boolean;
  /** Ends the wait for a connection. */
  readonly signal: AbortSignal;
  /**
   * The endpoint of the stream that this one follows: another one is taken if
   * the strategy gives one.
   */
  readonly avoid?: string | undefined;
  /** When messages come. @default {"always"} */
  readonly messages?: "always" | "when asked for" | undefined;
  /** The server version the member must have. */
  readonly needs?: string | undefined;
}

/** What opens streams. */
export type Opener = Pick<StreamOpener, "open" | "notOpened">;

const REQUIRE_LEADER: Headers = Object.freeze({ hasleader: "true" });

/** Opens streams on connections the strategy picks. */
export class StreamOpener {
  readonly #pool: ConnectionPool;
  readonly #tokens: TokenKeeper | undefined;
  readonly #guard: ClusterGuard | undefined;

  constructor(
    pool: ConnectionPool,
    { tokens, guard }: {
      readonly tokens?: TokenKeeper | undefined;
      readonly guard?: ClusterGuard | undefined;
    } = {},
  ) {
    this.#pool = pool;
    this.#tokens = tokens;
    this.#guard = guard;
  }

  /**
   * Opens a stream, waiting for a connection without a limit of time.
   *
   * @throws {ClientClosedError} If the client is closed.
   */
  async open<Request, Response>(
    method: Method<Request, Response>,
    settings: StreamSettings,
    listener: StreamListener<Response>,
  ): Promise<OpenStream<Request>> {
    const tokens = this.#tokens;
    if (tokens !== undefined) await ensureToken(tokens, settings.signal);
    let picked = await this.#pick(method.name, settings);
    // Others ran while this was awaited, and may have lost or left it.
    for (
      let others = this.#pool.size - 1;
      !picked.transport.ready ||
      (picked.connection.endpoint === settings.avoid && others > 0);
      others--
    ) {
      picked = await this.#pick(method.name, settings);
    }
    const { connection, transport } = picked;
    const { endpoint } = connection;
    const startedAt = performance.now();
    let live = true;
    const end = (error: EtcdError) => {
      if (!live) return;
      live = false;
      const renewed = isStaleToken(error.code) && tokenRefused(error.code);
      listener.onEnd(renewed ? asRetryable(error) : error);
    };
    const token = tokens?.token;
    const headers = tokens?.headers(settings.requireLeader) ??
      (settings.requireLeader ? REQUIRE_LEADER : undefined);
    if (settings.needs !== undefined) {
      await requireVersion(picked, { ...settings, headers, method });
      if (!transport.ready) return this.open(method, settings, listener);
    }
    const tokenRefused = (code: ErrorCode) => {
      const due = tokens?.renewable === true &&
        (isStaleToken(code) ||
          // What etcd 3.4 says of a token it does not know.
          (code === "permission_denied" && !tokens.fresh));
      if (due) tokens.refused(token);
      return due;
    };
    const running = transport.stream(
      method.path,
      { timeoutMs: Infinity, headers },
      {
        onMessage: (bytes) => {
          if (!live) return;
          try {
            const message = method.decode(bytes);
            this.#guard?.check(message, () => ({
              action: settings.action,
              method: method.name,
              endpoint,
              maybeCommitted: false,
            }));
            listener.onMessage(message);
          } catch (cause) {
            running.cancel();
            end(EtcdError.from(cause));
            return;
          }
          if (settings.messages !== "when asked for") running.read();
        },
        onEnd: (status) => {
          if (live && status.grpcCode === GRPC_CODE.ok && listener.onDone) {
            live = false;
            listener.onDone();
            return;
          }
          end(
            this.#pool.closed ? closedError(settings) : streamError(status, {
              endpoints: this.#pool.size,
              method,
              endpoint,
              disconnected: !transport.ready,
              durationMs: performance.now() - startedAt,
              action: settings.action,
            }),
          );
        },
      },
    );
    if (settings.messages !== "when asked for") running.read();
    return {
      endpoint,
      send: (request) => {
        if (!live) return;
        running.send(method.encode(request));
        // Its one request: newer servers wait until they know that.
        if (method.kind === "server_stream") running.halfClose();
      },
      read: () => {
        if (live) running.read();
      },
      cancel: () => {
        live = false;
        running.cancel();
      },
      tokenRefused,
    };
  }

  /** Why no stream could be opened in so long. */
  notOpened(
    method: LateCall["method"],
    { action, timeoutMs }: Pick<LateCall, "action" | "timeoutMs">,
  ): EtcdError {
    return outOfTimeError({
      method,
      action,
      timeoutMs,
      attempts: [],
      made: 0,
      maybeCommitted: false,
      effect: () => "read",
    }, this.#pool.snapshot());
  }

  async #pick(method: string, settings: StreamSettings) {
    const info = { kind: "stream", method, attempt: 1, tried: [] } as const;
    const now = this.#pool.pick(info);
    const picked: Waited = now.action !== "wait"
      ? now
      : await this.#pool.wait(info, {
        timeoutMs: Infinity,
        signal: settings.signal,
      });
    switch (picked.action) {
      case "use":
        return picked;
      case "fail":
        throw picked.error;
      case "closed":
        throw closedError(settings);
      case "aborted":
      case "timeout":
        throw settings.signal.reason;
    }
  }
}

function closedError({ action }: StreamSettings): ClientClosedError {
  return new ClientClosedError(`Cannot ${action}: the client is closed`, {
    code: "client_closed",
    grpcCode: GRPC_CODE.canceled,
  });
}
