import type { Http2Session } from "node:http2";
import type { Socket } from "node:net";
import { setImmediate } from "node:timers";

/**
 * Keeps an HTTP/2 session in memory while it handles a GOAWAY.
 *
 * Deno 2.9.6 frees a session that is ended from inside that handling, as both
 * its `node:http2` and grpc-js do, and then goes on with it: the process dies,
 * or worse (denoland/deno#36788). Here the end waits until that is over. To be
 * called when nobody removes all listeners of the session any more.
 */
export function guardGoaway(session: Http2Session): void {
  // The first of the listeners: another one may end the session already.
  session.prependListener("goaway", () => {
    const { close, destroy } = session;
    const ends: (() => void)[] = [];
    session.close = (...args) => {
      ends.push(() => close.apply(session, args));
    };
    session.destroy = (...args) => {
      ends.push(() => destroy.apply(session, args));
    };
    setImmediate(() => {
      Object.assign(session, { close, destroy });
      for (const end of ends) end();
    });
  });
}

/** The session on a socket, which is bound to it by a symbol of the runtime. */
export function sessionOn(socket: Socket): Http2Session | undefined {
  for (const symbol of Object.getOwnPropertySymbols(socket)) {
    const value: unknown = Reflect.get(socket, symbol);
    if (isSession(value)) return value;
  }
  return undefined;
}

function isSession(value: unknown): value is Http2Session {
  return typeof value === "object" && value !== null &&
    "goaway" in value && "close" in value && "destroy" in value;
}
