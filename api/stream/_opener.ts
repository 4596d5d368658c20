import type {
  ConnectionPool,
  Picked,
  Waited,
} from "../../balancers/pool/mod.ts";
import type { Clock, Headers } from "../../balancers/transport/mod.ts";
import { clientClosedError } from "../../errors/client_closed.ts";
import type { EtcdError } from "../../errors/etcd_error.ts";
import type { Method } from "../../proto/method.ts";
import {
  type ClusterGuard,
  headersOf,
  type Interception,
  joinHeaders,
  type LateCall,
  notOpenedError,
  type OwnHeaders,
  requireVersion,
  type TokenKeeper,
} from "../call/mod.ts";
import { abortable } from "../waiting/mod.ts";
import { interceptStream } from "./_intercepted_stream.ts";
import { LiveStream, type LiveStreamParts } from "./_live_stream.ts";
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
  /** The headers that the user adds to all. */
  readonly ownHeaders?: OwnHeaders | undefined;
  /** Runs the user's interceptor, if there is one. */
  readonly interception?: Interception | undefined;
  /** The time that the interceptor has, in milliseconds. @default {any} */
  readonly timeoutMs?: number | undefined;
  /** Refuses messages of another cluster, if that is wanted. */
  readonly guard?: ClusterGuard | undefined;
  /** Time and randomness. */
  readonly clock: Clock;
}

/** A stream that is begun, without the parts that all have. */
type Begun<Request, Response> = Pick<
  LiveStreamParts<Request, Response>,
  "picked" | "method" | "settings" | "listener" | "token"
>;

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
    const { tokens } = this.#parts;
    for (;;) {
      settings.signal.throwIfAborted();
      if (tokens !== undefined) await ensureToken(tokens, settings.signal);
      const picked = await this.#pickOther(method.name, settings);
      // It may have been refused meanwhile.
      if (tokens?.known === false) continue;
      if (tokens?.trials.needed(picked.transport)) {
        await this.#tryToken(tokens, picked, settings.signal);
        continue;
      }
      const token = tokens?.token;
      const headers = headersOf(this.#parts, settings);
      if (settings.needs !== undefined) {
        await requireVersion(picked, { ...settings, headers, method });
        if (!picked.transport.ready) continue;
      }
      const parts = { picked, method, settings, listener, token };
      const stream = await this.#begin(parts, headers);
      if (stream === undefined) continue;
      if (settings.onRemoval === "move") {
        stream.moveWhenRemoved((signal) =>
          this.#pick(method.name, { ...settings, signal })
        );
      }
      return stream.handle;
    }
  }

  /** Begins a stream, the interceptor around it; nothing if it cannot begin. */
  async #begin<Request, Response>(
    stream: Begun<Request, Response>,
    headers: Headers | undefined,
  ): Promise<LiveStream<Request, Response> | undefined> {
    const { tokens, guard, clock, interception } = this.#parts;
    const parts = { ...stream, pool: this.#pool, tokens, guard, clock };
    if (interception === undefined) {
      const live = new LiveStream(parts, headers);
      return await live.begun() ? live : undefined;
    }
    const { timeoutMs = Infinity } = this.#parts;
    const around = await interceptStream(interception, stream, {
      clock,
      timeoutMs,
    });
    const { listener, picked } = stream;
    const live = picked.transport.ready &&
      new LiveStream({
        ...parts,
        listener: around.listener(listener),
        onCancel: around.onCancel,
      }, joinHeaders(headers, around.headers));
    if (live && await live.begun()) return live;
    around.giveUp();
    return undefined;
  }

  /** Waits until it is known whether the member answers with this token. */
  #tryToken(
    tokens: TokenKeeper,
    { transport }: Picked,
    signal: AbortSignal,
  ): Promise<void> {
    const { clock } = this.#parts;
    const headers = headersOf(this.#parts, { requireLeader: false });
    return abortable(tokens.trials.run(transport, { headers, clock }), signal);
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
