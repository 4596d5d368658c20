import type {
  ConnectionPool,
  Picked,
  Waited,
} from "../../balancers/pool/mod.ts";
import type { Clock } from "../../balancers/transport/mod.ts";
import { clientClosedError } from "../../errors/client_closed.ts";
import type { EtcdError } from "../../errors/etcd_error.ts";
import type { Method } from "../../proto/method.ts";
import {
  type ClusterGuard,
  headersOf,
  type LateCall,
  notOpenedError,
  requireVersion,
  type TokenKeeper,
} from "../call/mod.ts";
import { LiveStream } from "./_live_stream.ts";
import type {
  OpenStream,
  StreamListener,
  StreamSettings,
} from "./_open_stream.ts";
import { ensureToken } from "./_token.ts";

/** A {@linkcode StreamOpener}, or one that stands in for it. */
export type Opener = Pick<StreamOpener, "open" | "notOpened">;

/** Parts of an opener, besides its connections. */
export interface OpenerParts {
  /** Knows the client's token, if it has one. */
  readonly tokens?: TokenKeeper | undefined;
  /** Refuses messages of another cluster, if that is wanted. */
  readonly guard?: ClusterGuard | undefined;
  /** Time and randomness. */
  readonly clock: Clock;
}

/** Opens streams on connections the strategy picks. */
export class StreamOpener {
  readonly #pool: ConnectionPool;
  readonly #parts: OpenerParts;

  constructor(pool: ConnectionPool, parts: OpenerParts) {
    this.#pool = pool;
    this.#parts = parts;
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
    const { tokens, guard, clock } = this.#parts;
    const pool = this.#pool;
    for (;;) {
      settings.signal.throwIfAborted();
      if (tokens !== undefined) await ensureToken(tokens, settings.signal);
      const picked = await this.#pickOther(method.name, settings);
      const token = tokens?.token;
      const headers = headersOf(tokens, settings);
      if (settings.needs !== undefined) {
        await requireVersion(picked, { ...settings, headers, method });
        if (!picked.transport.ready) continue;
      }
      const parts = { pool, picked, method, settings, listener };
      const stream = new LiveStream(
        { ...parts, tokens, token, guard, clock },
        headers,
      );
      if (!await stream.begun()) continue;
      if (settings.onRemoval === "move") {
        stream.moveWhenRemoved((signal) =>
          this.#pick(method.name, { ...settings, signal })
        );
      }
      return stream.handle;
    }
  }

  /** The error of a stream that was not opened within `timeoutMs`. */
  notOpened(
    method: LateCall["method"],
    { action, timeoutMs }: Pick<LateCall, "action" | "timeoutMs">,
  ): EtcdError {
    return notOpenedError(
      { method, action, timeoutMs, waitingFor: this.#parts.tokens?.waitingFor },
      this.#pool.snapshot(),
    );
  }

  /** Picks one that is ready, and not the one to avoid if there are others. */
  async #pickOther(method: string, settings: StreamSettings): Promise<Picked> {
    let picked = await this.#pick(method, settings);
    // Others ran while this was awaited, and may have lost or left it.
    for (
      let others = this.#pool.size - 1;
      !picked.transport.ready ||
      (picked.connection.endpoint === settings.avoid && others > 0);
      others--
    ) {
      picked = await this.#pick(method, settings);
    }
    return picked;
  }

  async #pick(method: string, settings: StreamSettings): Promise<Picked> {
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
