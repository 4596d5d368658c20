import type { ConnectionPool, Waited } from "../../balancers/pool/mod.ts";
import { clientClosedError } from "../../errors/client_closed.ts";
import { type ErrorCode, GRPC_CODE } from "../../errors/codes.ts";
import { EtcdError } from "../../errors/etcd_error.ts";
import { isStaleToken } from "../../errors/judge.ts";
import type { Method } from "../../proto/method.ts";
import {
  type ClusterGuard,
  headersOf,
  type LateCall,
  notOpenedError,
  requireVersion,
  type TokenKeeper,
} from "../call/mod.ts";
import { judgeStream } from "./_ended_stream.ts";
import { moveWhenRemoved, removedError } from "./_move_when_removed.ts";
import { asRetryable, ensureToken, refusesToken } from "./_token.ts";
import type {
  OpenStream,
  StreamListener,
  StreamSettings,
} from "./_open_stream.ts";
import { untilBegun } from "./_limit.ts";

/** What opens streams. */
export type Opener = Pick<StreamOpener, "open" | "notOpened">;

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
   * Opens a stream, waiting for a connection, and for one of the streams that
   * its peer allows, without a limit of time.
   *
   * @throws {ClientClosedError} If the client is closed.
   */
  async open<Request, Response>(
    method: Method<Request, Response>,
    settings: StreamSettings,
    listener: StreamListener<Response>,
  ): Promise<OpenStream<Request>> {
    settings.signal.throwIfAborted();
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
    const { connection, transport, epoch } = picked;
    const { endpoint } = connection;
    const startedAt = performance.now();
    let live = true;
    let stay = () => {};
    const stop = () => {
      live = false;
      stay();
    };
    let begun = true;
    const end = (error: EtcdError) => {
      if (!live) return;
      stop();
      const renewed = isStaleToken(error.code) && tokenRefused(error.code);
      listener.onEnd(renewed ? asRetryable(error) : error);
    };
    const token = tokens?.token;
    const headers = headersOf(tokens, settings);
    if (settings.needs !== undefined) {
      await requireVersion(picked, { ...settings, headers, method });
      if (!transport.ready) return this.open(method, settings, listener);
    }
    const tokenRefused = (code: ErrorCode) =>
      tokens !== undefined && refusesToken(tokens, token, code);
    const running = transport.stream(
      method.path,
      {
        timeoutMs: Infinity,
        headers,
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
          begun = status.sent !== false;
          if (!live || !begun) return;
          if (status.grpcCode === GRPC_CODE.ok && listener.onDone) {
            stop();
            return listener.onDone();
          }
          if (this.#pool.closed) return end(clientClosedError(settings));
          const durationMs = performance.now() - startedAt;
          const { blame, error } = judgeStream(status, {
            endpoints: this.#pool.size,
            method,
            endpoint,
            disconnected: !transport.ready,
            durationMs,
            action: settings.action,
          });
          // Of streams, a strategy is told what a member says of itself alone.
          if (blame === "learner") {
            const outcome = { connection, epoch, blame, durationMs };
            this.#pool.report({ ...outcome, kind: "stream" });
          }
          end(error);
        },
      },
    );
    if (settings.messages !== "when asked for") running.read();
    await untilBegun(running, endpoint, settings);
    if (!begun) return this.open(method, settings, listener);
    if (live && settings.onRemoval === "move") {
      stay = moveWhenRemoved(
        connection,
        (signal) => this.#pick(method.name, { ...settings, signal }),
        () => {
          if (live) running.cancel();
          end(removedError(endpoint, { ...settings, method }));
        },
      );
    }
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
        stop();
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
    return notOpenedError(
      { method, action, timeoutMs, waitingFor: this.#tokens?.waitingFor },
      this.#pool.snapshot(),
    );
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
        throw clientClosedError(settings);
      case "aborted":
      case "timeout":
        throw settings.signal.reason;
    }
  }
}
