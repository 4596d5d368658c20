import { constants, type Http2Session } from "node:http2";
import type { Socket } from "node:net";
import { type Goaway, guardGoaway, sessionOn } from "./_goaway_guard.ts";
import { SessionStreams } from "./_http2_streams.ts";
import { onRemoteSettings } from "./_remote_settings.ts";

/** The owner of sessions, told what the server says on them. */
export interface SessionListener {
  /**
   * Called with the number of streams the server allows at once, `Infinity` for
   * no limit.
   */
  onMaxStreams(maxStreams: number): void;
  /** The server has said GOAWAY; the text is for people. */
  onGoaway(text: string): void;
  /** The server has said GOAWAY as it was pinged too often. */
  onTooManyPings(): void;
}

// The debug data of a GOAWAY, as gRPC has it.
const TOO_MANY_PINGS = "too_many_pings";
const SHOWN_BYTES = 100;

/** Listens to the HTTP/2 sessions of a channel, and guards each of them. */
export class SessionObserver {
  readonly #listener: SessionListener;
  readonly #observed = new WeakSet<Http2Session>();

  constructor(listener: SessionListener) {
    this.#listener = listener;
  }

  /** Begins to observe the session on a socket, if there is a new one. */
  observe(socket: Socket): void {
    const session = sessionOn(socket);
    if (session === undefined || this.#observed.has(session)) return;
    this.#observed.add(session);
    onRemoteSettings(session, ({ maxConcurrentStreams = Infinity }) => {
      this.#listener.onMaxStreams(maxConcurrentStreams);
    });
    // Before the guard, which keeps the `close` it finds.
    const streams = new SessionStreams(session);
    guardGoaway(session, (goaway) => {
      streams.onGoaway(goaway.lastStreamId);
      this.#tell(goaway);
    });
  }

  #tell({ code, data }: Goaway): void {
    const text = new TextDecoder().decode(data?.subarray(0, SHOWN_BYTES));
    const what = `GOAWAY with code ${code}`;
    this.#listener.onGoaway(
      text === "" ? what : `${what} and ${JSON.stringify(text)}`,
    );
    if (
      code === constants.NGHTTP2_ENHANCE_YOUR_CALM && text === TOO_MANY_PINGS
    ) this.#listener.onTooManyPings();
  }
}
