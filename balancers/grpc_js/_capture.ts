import { constants, type Http2Session } from "node:http2";
import type { Socket } from "node:net";
import type { ChannelCredentials } from "@grpc/grpc-js";
import { guardGoaway, sessionOn } from "./_goaway_guard.ts";
import { SessionStreams } from "./_http2_streams.ts";
import { joinWrites } from "./_joined_writes.ts";
import { onRemoteSettings } from "./_remote_settings.ts";
import {
  explainAlert,
  explainEnd,
  explainTls,
  type TlsFailure,
  type TlsPeer,
} from "../transport/mod.ts";

/** The sockets of one channel, and what the server says on them. */
export interface Capture {
  /** How many are open now. */
  readonly open: number;
  /** Whether a TCP connection was ever made. */
  readonly seen: boolean;
  /** How many streams the server allows at once, `Infinity` for any number. */
  readonly maxStreams: number;
  /** What the server has said with a GOAWAY, for people; if it has. */
  readonly goaway: string | undefined;
  /** Finds out why TLS was not set up, if that was it. */
  explain(): Promise<TlsFailure | undefined>;
  /** Closes all that are open. */
  destroy(): void;
}

/** What to look out for. */
export interface CaptureOptions {
  /** How TLS is set up, to explain its failures; not given without TLS. */
  readonly tls: Omit<TlsPeer, "address"> | undefined;
  /** Called when the server has said GOAWAY as it was pinged too often. */
  onTooManyPings(): void;
  /** Called when the server has told how many streams it allows. */
  onMaxStreams(): void;
  /** Called when a socket has closed. */
  onClose(): void;
}

// The debug data of a GOAWAY, as gRPC has it.
const TOO_MANY_PINGS = "too_many_pings";

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
 * (1.14.7, measured). Its credentials see each socket before the handshake,
 * which is the one place to get hold of it, and of what TLS has against it.
 * Should a release lose that hook, tests fail: such sockets stay uncounted,
 * and HTTP/2 sessions are not guarded.
 */
export function captureSockets(
  credentials: ChannelCredentials,
  { tls, onTooManyPings, onMaxStreams, onClose }: CaptureOptions,
): Capture {
  const sockets = new Set<Socket>();
  const guarded = new WeakSet<Http2Session>();
  let seen = false;
  let destroyed = false;
  let maxStreams = Infinity;
  let goaway: string | undefined;
  let failure: TlsFailure | undefined;
  let ended: (() => Promise<TlsFailure | undefined>) | undefined;
  const watch = (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => {
      sockets.delete(socket);
      onClose();
    });
    // Whoever uses it hears of its errors too; nobody does while it changes
    // hands.
    socket.on("error", () => {});
    if (destroyed) socket.destroy();
  };
  const guard = (carrier: Socket) => {
    const session = sessionOn(carrier);
    if (session === undefined || guarded.has(session)) return;
    guarded.add(session);
    onRemoteSettings(session, (settings) => {
      maxStreams = settings.maxConcurrentStreams ?? Infinity;
      onMaxStreams();
    });
    // Before the guard, which keeps the `close` it finds.
    const streams = new SessionStreams(session);
    guardGoaway(session, ({ code, lastStreamId, data }) => {
      streams.onGoaway(lastStreamId);
      const text = new TextDecoder().decode(data?.subarray(0, 100));
      goaway = `GOAWAY with code ${code}`;
      if (text !== "") goaway += ` and ${JSON.stringify(text)}`;
      if (
        code === constants.NGHTTP2_ENHANCE_YOUR_CALM && text === TOO_MANY_PINGS
      ) onTooManyPings();
    });
  };
  const internals = credentials as unknown as Internals;
  const create = internals._createSecureConnector?.bind(credentials);
  if (create !== undefined) {
    internals._createSecureConnector = (...args) => {
      const connector = create(...args);
      const connect = connector.connect.bind(connector);
      connector.connect = async (socket) => {
        seen = true;
        watch(socket);
        const { remoteAddress: host = "", remotePort: port = 0 } = socket;
        const peer = tls && { ...tls, address: { host, port } };
        let connected: Connected;
        try {
          connected = await connect(socket);
        } catch (error) {
          if (peer !== undefined) {
            failure = await explainTls(error, peer, watch);
          }
          throw error;
        }
        joinWrites(connected.socket);
        if (peer !== undefined) {
          ended = () => explainEnd(peer, watch);
          connected.socket.on("error", (error) => {
            failure ??= explainAlert(error, peer);
          });
        }
        return guardedOnce(connected, guard);
      };
      return connector;
    };
  }
  return {
    get open() {
      return sockets.size;
    },
    get seen() {
      return seen;
    },
    get maxStreams() {
      return maxStreams;
    },
    get goaway() {
      return goaway;
    },
    async explain() {
      // Each way has a handshake of its own, unless it is known by now.
      return failure ?? await ended?.();
    },
    destroy() {
      destroyed = true;
      for (const socket of sockets) socket.destroy();
    },
  };
}

/**
 * The same connection, whose session is guarded from its beginning: grpc-js
 * asks for the socket again when it has put a session on it. With TLS it is a
 * socket around the one that was captured.
 */
function guardedOnce(
  connected: Connected,
  guard: (carrier: Socket) => void,
): Connected {
  return {
    ...connected,
    get socket() {
      guard(connected.socket);
      return connected.socket;
    },
  };
}
