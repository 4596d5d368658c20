import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  constants,
} from "node:http2";

type Request = ClientHttp2Session["request"];

const HTTP_OK = 200;

/** A stream of a session, and the meaning of its end. */
export class ObservedStream {
  readonly #stream: ClientHttp2Stream;
  readonly #session: SessionStreams;
  #httpStatus: number | undefined;
  #cutShort = false;
  #ending: "awaited" | "come" = "awaited";

  constructor(stream: ClientHttp2Stream, session: SessionStreams) {
    this.#stream = stream;
    this.#session = session;
    stream.once("trailers", () => this.#ending = "come");
    stream.once("response", (headers, flags) => {
      if ((flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0) {
        this.#ending = "come";
      }
      const status = Number(headers[":status"]);
      if (status !== HTTP_OK) this.#onForeign(status);
    });
  }

  /** The HTTP status of the answer, if it was another one than 200. */
  get httpStatus(): number | undefined {
    return this.#httpStatus;
  }

  /** Whether the answer has come to its end, where gRPC has the status. */
  get ended(): boolean {
    return this.#ending === "come";
  }

  /** Whether the request was given up, as the answer ended before it. */
  get cutShort(): boolean {
    return this.#cutShort;
  }

  /**
   * Whether the server has certainly not looked at the request: the stream is
   * above the last one of a GOAWAY. REFUSED_STREAM alone proves nothing: HAProxy
   * resets so what the server behind it has executed (2.6, measured).
   */
  get unprocessed(): boolean {
    const { id } = this.#stream;
    return id !== undefined && id > this.#session.lastStreamId;
  }

  /**
   * Handles an HTTP error of a proxy. It comes before the end of a request that
   * is too large, and the proxy reads no further; `node:http2` would wait for
   * that.
   */
  #onForeign(status: number): void {
    const stream = this.#stream;
    this.#httpStatus = status;
    const cutShort = () => {
      if (stream.writableFinished) return;
      this.#cutShort = true;
      stream.close(constants.NGHTTP2_CANCEL);
      // Deno 2.9.6 waits for the rest of the request all the same.
      stream.destroy();
    };
    if (stream.readableEnded) cutShort();
    else stream.once("end", cutShort);
  }
}

// Opening a stream is part of making a call in grpc-js, without a turn of the
// event loop between the two.
let latest: ObservedStream | undefined;

/** The stream that was opened since the last time this was asked. */
export function takeOpened(): ObservedStream | undefined {
  const opened = latest;
  latest = undefined;
  return opened;
}

/**
 * The streams of a session, which ends only when they have.
 *
 * `node:http2` sends no ping once a session is to be closed, also while streams
 * run on it: grpc-js takes that for a dead connection and kills them at the
 * first ping after `close()` or a GOAWAY.
 */
export class SessionStreams {
  #lastStreamId = Infinity;
  #open = 0;
  #closing: (() => void) | undefined;

  constructor(session: ClientHttp2Session) {
    const request: Request = session.request.bind(session);
    const close = session.close.bind(session);
    session.request = (...args) => {
      const stream = request(...args);
      this.#open++;
      stream.once("close", () => {
        this.#open--;
        if (this.#open === 0) this.#closing?.();
      });
      latest = new ObservedStream(stream, this);
      return stream;
    };
    session.close = (...args) => {
      this.#closing = () => close(...args);
      if (this.#open === 0) this.#closing();
    };
  }

  /** The last stream that the server has looked at, as a GOAWAY has it. */
  get lastStreamId(): number {
    return this.#lastStreamId;
  }

  /** The server has said that it looks at no stream above this one. */
  onGoaway(lastStreamId: number): void {
    this.#lastStreamId = Math.min(this.#lastStreamId, lastStreamId);
  }
}
