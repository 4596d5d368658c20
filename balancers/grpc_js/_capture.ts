import type { Socket } from "node:net";
import type { ChannelCredentials } from "@grpc/grpc-js";
import {
  explainAlert,
  explainEnd,
  explainTls,
  type TlsFailure,
  type TlsPeer,
} from "../transport/mod.ts";
import { joinWrites } from "./_joined_writes.ts";
import { SessionObserver } from "./_session_observer.ts";

/** The options of a capture. */
export interface CaptureOptions {
  /** The TLS settings, to explain failures; `undefined` without TLS. */
  readonly tls: Omit<TlsPeer, "address"> | undefined;
  /** Called when the server has said GOAWAY as it was pinged too often. */
  onTooManyPings(): void;
  /** Called when the server has told how many streams it allows. */
  onMaxStreams(): void;
  /** Called when a socket has closed. */
  onClose(): void;
}

interface Connected {
  readonly socket: Socket;
}

interface Connector {
  connect(socket: Socket): Promise<Connected>;
}

interface Internals {
  _createSecureConnector?: (...args: unknown[]) => Connector;
}

/**
 * Watches the sockets that grpc-js makes with these credentials, and joins
 * their writes.
 *
 * grpc-js never gives up on a peer that accepts a connection and stays
 * silent: closing the channel leaves that socket open until the peer ends it
 * (1.14.7, measured). Its credentials are given each socket before the
 * handshake: only there can a socket be taken hold of, and the reason why TLS
 * fails. Should a release lose that hook, tests fail: such sockets stay
 * uncounted, and HTTP/2 sessions are not guarded.
 */
export function captureSockets(
  credentials: ChannelCredentials,
  options: CaptureOptions,
): Capture {
  const capture = new Capture(options);
  const internals = credentials as unknown as Internals;
  const create = internals._createSecureConnector?.bind(credentials);
  if (create !== undefined) {
    internals._createSecureConnector = (...args) => {
      const connector = create(...args);
      const connect = connector.connect.bind(connector);
      connector.connect = (socket) => capture.connect(socket, connect);
      return connector;
    };
  }
  return capture;
}

/** The sockets of one channel, and what the server says on them. */
export class Capture {
  readonly #options: CaptureOptions;
  readonly #sockets = new Set<Socket>();
  readonly #sessions: SessionObserver;
  #connected = false;
  #destroyed = false;
  #maxStreams = Infinity;
  #goaway: string | undefined;
  #tlsFailure: TlsFailure | undefined;
  #explainEnd: (() => Promise<TlsFailure | undefined>) | undefined;

  constructor(options: CaptureOptions) {
    this.#options = options;
    this.#sessions = new SessionObserver({
      onMaxStreams: (maxStreams) => {
        this.#maxStreams = maxStreams;
        options.onMaxStreams();
      },
      onGoaway: (text) => this.#goaway = text,
      onTooManyPings: () => options.onTooManyPings(),
    });
  }

  /** The number of sockets that are open now. */
  get open(): number {
    return this.#sockets.size;
  }

  /** Whether a TCP connection was ever made. */
  get connected(): boolean {
    return this.#connected;
  }

  /**
   * The number of streams the server allows at once, `Infinity` for no limit.
   */
  get maxStreams(): number {
    return this.#maxStreams;
  }

  /** The GOAWAY that the server has sent, for people; if there is one. */
  get goaway(): string | undefined {
    return this.#goaway;
  }

  /** Finds out why TLS was not set up, if that was it. */
  async explain(): Promise<TlsFailure | undefined> {
    // Either way makes a handshake of its own, unless the reason is known.
    return this.#tlsFailure ?? await this.#explainEnd?.();
  }

  /** Closes all sockets that are open, and those that are opened later. */
  destroy(): void {
    this.#destroyed = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Has grpc-js's connector connect on a socket, and watches the socket. */
  async connect(
    socket: Socket,
    connect: Connector["connect"],
  ): Promise<Connected> {
    this.#connected = true;
    this.#watch(socket);
    const { tls } = this.#options;
    const { remoteAddress: host = "", remotePort: port = 0 } = socket;
    const connected = tls === undefined
      ? await connect(socket)
      : await this.#secure({ ...tls, address: { host, port } }, () =>
        connect(socket));
    joinWrites(connected.socket);
    return this.#observed(connected);
  }

  async #secure(
    peer: TlsPeer,
    connect: () => Promise<Connected>,
  ): Promise<Connected> {
    const watch = (socket: Socket) => this.#watch(socket);
    try {
      const connected = await connect();
      this.#explainEnd = () => explainEnd(peer, watch);
      connected.socket.on("error", (error) => {
        this.#tlsFailure ??= explainAlert(error, peer);
      });
      return connected;
    } catch (error) {
      this.#tlsFailure = await explainTls(error, peer, watch);
      throw error;
    }
  }

  #watch(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once("close", () => {
      this.#sockets.delete(socket);
      this.#options.onClose();
    });
    // Its user has a listener too, but not while the socket is handed over.
    socket.on("error", () => {});
    if (this.#destroyed) socket.destroy();
  }

  /**
   * Has the session on a connection observed from its beginning: grpc-js asks
   * for the socket again when it has put a session on it. With TLS that is a
   * socket around the one that was captured.
   */
  #observed(connected: Connected): Connected {
    const sessions = this.#sessions;
    return {
      ...connected,
      get socket() {
        sessions.observe(connected.socket);
        return connected.socket;
      },
    };
  }
}
