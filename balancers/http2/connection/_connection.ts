import { nextTick } from "node:process";
import type { Clock, PingOptions } from "../../transport/mod.ts";
import { GRPC_CODE } from "../../../errors/codes.ts";
import { type ByteConn, Link, WINDOW_BYTES } from "../socket/mod.ts";
import { Calls } from "../calls/mod.ts";
import type { ConnectionListener, Down } from "./_listener.ts";
import { ENHANCE_YOUR_CALM, type Goaway } from "../frames/mod.ts";
import {
  Deadlines,
  FloodGuard,
  Sender,
  type Stream,
  Streams,
} from "../streams/mod.ts";
import { Dispatch } from "./_dispatch.ts";
import { KeepAlive } from "./_keep_alive.ts";
import type { RequestScope } from "../grpc/mod.ts";

/** Options of {@linkcode Connection}. */
export interface ConnectionOptions {
  readonly scope: RequestScope;
  readonly clock: Clock;
  /** The pings, if there are any. */
  readonly pings: PingOptions | undefined;
  readonly listener: ConnectionListener;
  /** The id of the first stream. @default {1} */
  readonly firstStreamId?: number | undefined;
}

// The debug data of a GOAWAY, as gRPC has it.
const TOO_MANY_PINGS = "too_many_pings";
const SHOWN_CHARACTERS = 100;

/** One connection of HTTP/2, from its preface to its end (RFC 9113). */
export class Connection {
  readonly #listener: ConnectionListener;
  readonly #link: Link;
  readonly #streams: Streams;
  /** The calls and streams, and how they are made. */
  readonly calls: Calls;
  readonly #sender: Sender;
  readonly #keepAlive: KeepAlive;
  readonly #deadlines: Deadlines<Stream>;
  /** `leaving` is one that lets its calls end, and takes no more. */
  #state: "settling" | "settled" | "open" | "leaving" | "closed" = "settling";
  /** `nearly`: the socket is closed. */
  #gone: "no" | "nearly" | "yes" = "no";

  constructor(
    conn: ByteConn,
    { scope, clock, pings, listener, firstStreamId }: ConnectionOptions,
  ) {
    this.#listener = listener;
    this.#link = this.#makeLink(conn, clock);
    const { frames } = this.#link;
    const streams = this.#streams = new Streams(firstStreamId);
    this.#sender = new Sender(frames, scope);
    this.#deadlines = new Deadlines<Stream>({
      clock,
      running: () => streams.values(),
      expire: (stream) => stream.expire(),
    });
    const floods = new FloodGuard(clock);
    this.calls = this.#makeCalls(clock, floods);
    this.#keepAlive = new KeepAlive(pings, {
      clock,
      ping: () => this.#link.write((frames) => frames.ping(0, 0)),
      dead: (reason) => {
        this.#lose(reason);
        this.#link.destroy();
      },
    });
    this.#link.start(
      new Dispatch({
        floods,
        streams,
        sender: this.#sender,
        frames,
        windowBytes: WINDOW_BYTES,
        onSettings: () => {
          if (this.#state === "settling") this.#state = "settled";
          listener.onStreams();
        },
        onGoaway: (goaway) => this.#onGoaway(goaway),
      }),
    );
  }

  /** Whether calls can be made. */
  get ready(): boolean {
    return this.#state === "open";
  }

  /** The last bytes that came, in words, if they are no whole frame. */
  get unfinished(): string | undefined {
    return this.#link.unfinished;
  }

  /** Whether nothing of it is left. */
  get gone(): boolean {
    return this.#gone === "yes";
  }

  /** Lets the calls end that run, and closes. Idempotent. */
  drain(): void {
    if (this.#state === "leaving" || this.#state === "closed") return;
    this.#state = "leaving";
    if (this.calls.inFlight === 0) this.#onIdle();
  }

  /** Ends the calls that run with CANCELLED, and closes. Idempotent. */
  abort(): void {
    this.#stop();
    this.#link.destroy();
    this.calls.cancel();
  }

  #makeLink(conn: ByteConn, clock: Clock): Link {
    return new Link(conn, {
      clock,
      onHeard: () => this.#keepAlive.heard(),
      onRead: () => this.#onRead(),
      onWritten: () => {
        this.#sender.resume();
        this.#listener.onStreams();
      },
      onLost: (reason) => this.#lose(reason),
      onClosed: () => {
        this.#gone = "nearly";
        this.#checkGone();
      },
    });
  }

  #makeCalls(clock: Clock, floods: FloodGuard): Calls {
    return new Calls({
      clock,
      link: this.#link,
      streams: this.#streams,
      sender: this.#sender,
      deadlines: this.#deadlines,
      floods,
      onBusy: () => {
        this.#link.hold("alive");
        this.#keepAlive.wake();
      },
      onIdle: () => this.#onIdle(),
      onFree: () => this.#listener.onStreams(),
      onWorn: () => {
        const reason = "the connection has hardly any stream ids left";
        this.#leave({ kind: "worn", reason });
      },
      isOpen: () => this.#state === "open",
    });
  }

  #onRead(): void {
    if (this.#state !== "settled") return;
    this.#state = "open";
    // Until then somebody waits for it.
    this.#link.hold("free");
    this.#listener.onSettled();
  }

  #onGoaway({ lastStreamId, errorCode, debugText }: Goaway): void {
    const text = debugText.slice(0, SHOWN_CHARACTERS);
    let reason = `GOAWAY with code ${errorCode}`;
    if (text !== "") reason += ` and ${JSON.stringify(text)}`;
    if (errorCode === ENHANCE_YOUR_CALM && text === TOO_MANY_PINGS) {
      this.#listener.onTooManyPings();
    }
    this.#leave({ kind: "goaway", reason });
    for (const stream of this.#streams.above(lastStreamId)) {
      stream.end({
        grpcCode: GRPC_CODE.unavailable,
        details: `The server said ${reason}`,
        reach: "unprocessed",
      });
    }
    if (this.calls.inFlight === 0) this.#onIdle();
  }

  /** Takes no more calls; those that run go on. */
  #leave(why: Down): void {
    if (this.#state === "leaving" || this.#state === "closed") return;
    this.#state = "leaving";
    // First, so that who calls again is given another connection.
    this.#listener.onDown(why);
  }

  #lose(reason: string): void {
    if (this.#state === "closed") return;
    this.#leave({ kind: "lost", reason });
    this.#stop();
    const { sentStreamId } = this.#link;
    for (const stream of this.#streams.above(0)) {
      stream.end({
        grpcCode: GRPC_CODE.unavailable,
        details: reason,
        reach: stream.id <= sentStreamId ? "unanswered" : "unsent",
      });
    }
  }

  #stop(): void {
    this.#state = "closed";
    this.#keepAlive.close();
    this.#deadlines.stop();
  }

  #onIdle(): void {
    nextTick(this.#rest);
    if (this.#state === "leaving") {
      this.#stop();
      this.#link.shut();
    }
    // The last one is told first.
    if (this.#gone === "nearly") queueMicrotask(() => this.#checkGone());
  }

  /** Stops timers that run for nobody, unless the last answer led to a call. */
  readonly #rest = (): void => {
    if (this.calls.inFlight > 0) return;
    this.#link.hold("free");
    this.#keepAlive.rest();
    this.#deadlines.stop();
  };

  #checkGone(): void {
    if (this.#gone === "yes" || this.calls.inFlight > 0) return;
    this.#gone = "yes";
    this.#listener.onGone();
  }
}
