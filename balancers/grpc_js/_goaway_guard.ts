import type { ClientHttp2Session, Http2Session } from "node:http2";
import type { Socket } from "node:net";
import { setImmediate } from "node:timers";

/** A GOAWAY frame. */
export interface Goaway {
  readonly code: number;
  /** The last stream that the server has looked at, or may still look at. */
  readonly lastStreamId: number;
  /** The debug data that the server has added. */
  readonly data: Uint8Array | undefined;
}

/**
 * Keeps an HTTP/2 session in memory while it handles a GOAWAY.
 *
 * Deno 2.9.6 frees a session that is ended from inside that handling, as both
 * its `node:http2` and grpc-js do, and then goes on with it: the process dies,
 * or worse (denoland/deno#36788). Here the end waits until that is over.
 *
 * This is no listener, as grpc-js removes all of them when the server's first
 * SETTINGS arrive, and a GOAWAY may come in the same packet.
 */
export function guardGoaway(
  session: Http2Session,
  onGoaway: (goaway: Goaway) => void = () => {},
): void {
  const { emit, close, destroy } = session;
  let ends: (() => void)[] | undefined;
  const defer = () => {
    // Servers that end in peace send two, perhaps at once.
    if (ends !== undefined) return;
    const waiting: (() => void)[] = ends = [];
    session.close = (...args) => {
      waiting.push(() => close.apply(session, args));
    };
    session.destroy = (...args) => {
      waiting.push(() => destroy.apply(session, args));
    };
    setImmediate(() => {
      ends = undefined;
      Object.assign(session, { close, destroy });
      for (const end of waiting) end();
    });
  };
  session.emit = (event: string, ...args: unknown[]) => {
    if (event === "goaway") {
      defer();
      const [code, lastStreamId, data] = args as [number, number, Uint8Array?];
      onGoaway({ code, lastStreamId, data });
    }
    return Reflect.apply(emit, session, [event, ...args]);
  };
}

/** The session on a socket, which is bound to it by a symbol of the runtime. */
export function sessionOn(socket: Socket): ClientHttp2Session | undefined {
  for (const symbol of Object.getOwnPropertySymbols(socket)) {
    const value: unknown = Reflect.get(socket, symbol);
    if (isSession(value)) return value;
  }
  return undefined;
}

function isSession(value: unknown): value is ClientHttp2Session {
  return typeof value === "object" && value !== null &&
    "request" in value && "close" in value && "destroy" in value;
}
