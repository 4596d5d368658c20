import { constants } from "node:http2";
import type { Socket } from "node:net";
import type { ChannelCredentials } from "@grpc/grpc-js";
import { guardGoaway, sessionOn } from "./_goaway_guard.ts";
import {
  explainAlert,
  explainEnd,
  explainTls,
  type TlsFailure,
  type TlsPeer,
} from "./_tls_fault.ts";

/** The sockets of one channel. */
export interface Capture {
  /** How many are open now. */
  readonly open: number;
  /** Whether a TCP connection was ever made. */
  readonly seen: boolean;
  /**
   * Whether a stream that ended with REFUSED_STREAM was refused. `node:http2`
   * also gives that code to every stream, those that were looked at too, when
   * it is the code of a GOAWAY.
   */
  readonly refusalsHold: boolean;
  /** Finds out why TLS was not set up, if that was it. */
  explain(): Promise<TlsFailure | undefined>;
  /** Guards their sessions: to be called once the connection is there. */
  guard(): void;
  /** Closes all that are open. */
  destroy(): void;
}

/** What to look out for. */
export interface CaptureOptions {
  /** How TLS is set up, to explain its failures; not given without TLS. */
  readonly tls: Omit<TlsPeer, "address"> | undefined;
  /** Called when a socket has closed. */
  onClose(): void;
}

interface Connector {
  connect(socket: Socket): Promise<{ readonly socket: Socket }>;
}

interface Internals {
  _createSecureConnector?: (...args: unknown[]) => Connector;
}

/**
 * Watches the sockets that grpc-js makes with these credentials.
 *
 * grpc-js never gives up on a peer that accepts a connection and stays
 * silent: closing the channel leaves that socket open until the peer ends it
 * (1.14.7, measured). Its credentials see each socket before the handshake,
 * which is the one place to get hold of it, and of what TLS has against it.
 * Should a release lose that hook, a test fails and such sockets stay
 * uncounted; nothing else depends on it.
 */
export function captureSockets(
  credentials: ChannelCredentials,
  { tls, onClose }: CaptureOptions,
): Capture {
  const sockets = new Set<Socket>();
  // What HTTP/2 runs on: with TLS, a socket around the one that was captured.
  const carriers = new Set<Socket>();
  let seen = false;
  let destroyed = false;
  let refusalsHold = false;
  let failure: TlsFailure | undefined;
  let ended: (() => Promise<TlsFailure | undefined>) | undefined;
  const watch = (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => {
      sockets.delete(socket);
      onClose();
    });
    if (destroyed) socket.destroy();
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
        let connected: { readonly socket: Socket };
        try {
          connected = await connect(socket);
        } catch (error) {
          if (peer !== undefined) {
            failure = await explainTls(error, peer, watch);
          }
          throw error;
        }
        carriers.add(connected.socket);
        if (peer !== undefined) {
          ended = () => explainEnd(peer, watch);
          connected.socket.on("error", (error) => {
            failure ??= explainAlert(error, peer);
          });
        }
        return connected;
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
    get refusalsHold() {
      return refusalsHold;
    },
    async explain() {
      // Each way has a handshake of its own, unless it is known by now.
      return failure ?? await ended?.();
    },
    guard() {
      for (const carrier of carriers) {
        const session = sessionOn(carrier);
        if (session === undefined) continue;
        guardGoaway(session);
        refusalsHold = true;
        session.prependListener("goaway", (code) => {
          refusalsHold &&= code !== constants.NGHTTP2_REFUSED_STREAM;
        });
      }
    },
    destroy() {
      destroyed = true;
      for (const socket of sockets) socket.destroy();
    },
  };
}
