import { GRPC_CODE } from "../../../errors/codes.ts";
import {
  type CallStatus,
  type Clock,
  type Dial,
  type DialSettings,
  type DownReason,
  type Endpoint,
  type PingPace,
  type RequestBytes,
  type ResolvedTls,
  type RunningCall,
  type RunningStream,
  type StreamOptions,
  timeoutReason,
  tlsSettings,
  type Transport,
  type TransportEvents,
  type UnaryOptions,
} from "../../transport/mod.ts";
import type {
  Connection,
  ConnectionListener,
  Down,
} from "../connection/mod.ts";
import { Dialling } from "./_dial.ts";
import { Sockets } from "./_sockets.ts";

/** The settings that all transports of a client share. */
export interface Http2DialOptions {
  /** TLS settings for `https` endpoints. */
  readonly tls: ResolvedTls | undefined;
  /** The pings, if there are any. */
  readonly pings: PingPace | undefined;
  readonly clock: Clock;
}

/** Makes one connection per dial; throws what `tls.serverName` throws. */
export function http2Dial(options: Http2DialOptions): Dial {
  return (endpoint, settings) =>
    new Http2Transport(endpoint, { ...settings, ...options });
}

const NOT_READY = {
  grpcCode: GRPC_CODE.unavailable,
  details: "The connection takes no calls",
  reach: "unsent",
} as const;

/** The sockets, the dial, and the connection that comes of it. */
class Http2Transport implements Transport {
  readonly #events: TransportEvents;
  readonly #sockets = new Sockets(() => this.#checkGone());
  readonly #dial: Dialling;
  readonly #stopTimer: () => void;
  #connection: Connection | undefined;
  #phase: "dialing" | "ready" | "down" | "gone" = "dialing";

  constructor(
    endpoint: Endpoint,
    { timeoutMs, events, tls, pings, clock }: DialSettings & Http2DialOptions,
  ) {
    this.#events = events;
    this.#dial = new Dialling(endpoint, {
      scope: {
        scheme: endpoint.secure ? "https" : "http",
        authority: authorityOf(endpoint),
      },
      clock,
      tls: endpoint.secure ? tlsSettings(endpoint, tls) : undefined,
      pings: pings?.current,
      watch: this.#sockets.add,
      owner: this.#listener(pings),
    }, {
      onConnected: (connection) => this.#onConnected(connection),
      onFailed: (why) => this.#fail(why),
    });
    this.#stopTimer = clock.schedule(timeoutMs, () => {
      const reason = timeoutReason(timeoutMs, this.#dial);
      this.#fail({ kind: "other", reason });
    });
  }

  get ready(): boolean {
    return this.#phase === "ready";
  }

  get inFlight(): number {
    return this.#connection?.calls.inFlight ?? 0;
  }

  get maxStreams(): number {
    return this.#connection?.calls.maxStreams ?? Infinity;
  }

  get freeStreams(): number {
    return this.#connection?.calls.freeStreams ?? Infinity;
  }

  get sockets(): number {
    return this.#sockets.size;
  }

  unary(
    path: string,
    request: RequestBytes,
    options: UnaryOptions,
  ): RunningCall {
    if (this.#connection !== undefined) {
      return this.#connection.calls.unary(path, request, options);
    }
    queueMicrotask(() => options.onEnd(NOT_READY));
    return { cancel() {} };
  }

  stream(path: string, options: StreamOptions): RunningStream {
    if (this.#connection !== undefined) {
      return this.#connection.calls.stream(path, options);
    }
    // Whoever opened it takes it for begun, as it does not wait for its turn.
    const ended: CallStatus = { ...NOT_READY, reach: "unanswered" };
    queueMicrotask(() => options.onEnd(ended));
    return { send() {}, halfClose() {}, read() {}, cancel() {} };
  }

  drain(): void {
    this.#end();
    this.#connection?.drain();
  }

  abort(): void {
    this.#end();
    this.#connection?.abort();
    this.#sockets.destroy();
  }

  /** Is told of the connection once there is one. */
  #listener(pings: PingPace | undefined): ConnectionListener {
    const ping = pings?.current;
    return {
      onSettled() {},
      onStreams: () => this.#events.onStreams?.(),
      onDown: (why) => this.#fail({ kind: "other", reason: inWords(why) }),
      onTooManyPings: () => ping && pings?.tooMany(ping),
      onGone: () => this.#checkGone(),
    };
  }

  #onConnected(connection: Connection): void {
    this.#connection = connection;
    this.#phase = "ready";
    this.#stopTimer();
    this.#events.onReady();
  }

  #fail(why: DownReason): void {
    if (this.#phase !== "dialing" && this.#phase !== "ready") return;
    this.#end();
    this.#events.onDown(why);
  }

  /** Takes no more calls; those that run go on. */
  #end(): void {
    if (this.#phase === "gone" || this.#phase === "down") return;
    this.#stopTimer();
    const wasDialing = this.#phase === "dialing";
    this.#phase = "down";
    if (wasDialing) {
      this.#dial.abort();
      this.#sockets.destroy();
    }
    queueMicrotask(() => this.#checkGone());
  }

  #checkGone(): void {
    if (this.#phase !== "down" || this.#sockets.size > 0) return;
    if (this.#connection !== undefined && !this.#connection.gone) return;
    this.#phase = "gone";
    this.#events.onGone();
  }
}

function inWords({ kind, reason }: Down): string {
  switch (kind) {
    case "goaway":
      return `the server said ${reason}`;
    case "worn":
      return reason;
    case "lost":
      return `the connection was lost: ${reason}`;
  }
}

/** Host and port, or `localhost` for a Unix socket. */
function authorityOf({ url, target }: Endpoint): string {
  return target.startsWith("unix:")
    ? "localhost"
    : url.slice(url.indexOf("//") + 2);
}
