import type {
  CallSettings,
  PingOptions,
  RequestBytes,
  RunningCall,
  RunningStream,
  StreamEvents,
  UnaryDone,
} from "../transport/mod.ts";
import { GRPC_CODE } from "../../errors/codes.ts";
import type { ByteConn } from "./_byte_conn.ts";
import { MessageStream, UnaryCall } from "./_calls.ts";
import type { ConnectionListener, Down } from "./_connection_listener.ts";
import { ENHANCE_YOUR_CALM } from "./_constants.ts";
import { Deadlines } from "./_deadlines.ts";
import { Dispatch } from "./_dispatch.ts";
import type { Goaway } from "./_frame_handler.ts";
import type { FrameWriter } from "./_frame_writer.ts";
import { KeepAlive } from "./_keep_alive.ts";
import { Link, STREAM_WINDOW_BYTES, WINDOW_BYTES } from "./_link.ts";
import type { RequestScope } from "./_request_blocks.ts";
import { Sender } from "./_sender.ts";
import type { Stream, StreamHost } from "./_stream.ts";
import { Streams } from "./_streams.ts";

/** Options of {@linkcode Connection}. */
export interface ConnectionOptions {
  readonly scope: RequestScope;
  /** The pings, if there are any. */
  readonly pings: PingOptions | undefined;
  readonly listener: ConnectionListener;
  /** The id of the first stream. @default {1} */
  readonly firstStreamId?: number | undefined;
}

/** Room for a request's headers. */
const HEADERS_ROOM_BYTES = 65_536;
// The debug data of a GOAWAY, as gRPC has it.
const TOO_MANY_PINGS = "too_many_pings";
const SHOWN_CHARACTERS = 100;

/** One connection of HTTP/2, from its preface to its end (RFC 9113). */
export class Connection implements StreamHost {
  readonly streamWindowBytes: number = STREAM_WINDOW_BYTES;
  readonly #listener: ConnectionListener;
  readonly #link: Link;
  readonly #streams: Streams;
  readonly #sender: Sender;
  readonly #keepAlive: KeepAlive;
  readonly #deadlines: Deadlines<Stream>;
  /** `leaving` is one that lets its calls end, and takes no more. */
  #state: "settling" | "settled" | "open" | "leaving" | "closed" = "settling";
  /** How many calls and streams have not been told of their end. */
  #running = 0;
  /** Those of them that are closed: their messages wait to be read. */
  readonly #untold = new Set<Stream>();
  /** `nearly`: the socket is closed. */
  #gone: "no" | "nearly" | "yes" = "no";

  constructor(
    conn: ByteConn,
    { scope, pings, listener, firstStreamId }: ConnectionOptions,
  ) {
    this.#listener = listener;
    this.#link = new Link(conn, {
      onHeard: () => this.#keepAlive.heard(),
      onRead: () => this.#onRead(),
      onWritten: () => {
        this.#sender.resume();
        listener.onStreams();
      },
      onLost: (reason) => this.#lose(reason),
      onClosed: () => {
        this.#gone = "nearly";
        this.#checkGone();
      },
    });
    const { frames } = this.#link;
    const streams = this.#streams = new Streams(firstStreamId);
    this.#sender = new Sender(frames, scope);
    this.#deadlines = new Deadlines(
      () => streams.values(),
      (stream) => stream.expire(),
    );
    this.#keepAlive = new KeepAlive(pings, {
      isBusy: () => this.#running > 0,
      ping: () => this.#write((frames) => frames.ping(0, 0)),
      dead: (reason) => {
        this.#lose(reason);
        this.#link.destroy();
      },
    });
    this.#link.start(
      new Dispatch({
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

  /** Whether nothing of it is left. */
  get gone(): boolean {
    return this.#gone === "yes";
  }

  /** How many calls and streams are running. */
  get inFlight(): number {
    return this.#running;
  }

  /** How many the peer allows at once. */
  get maxStreams(): number {
    return this.#streams.limit;
  }

  /** How many more it allows now, and reads. */
  get freeStreams(): number {
    const { room } = this.#link.frames;
    return room < HEADERS_ROOM_BYTES
      ? 0
      : this.#streams.limit - this.#streams.size;
  }

  /** See the contract of transports. */
  unary(
    path: string,
    request: RequestBytes,
    settings: CallSettings,
    done: UnaryDone,
  ): RunningCall {
    const message = typeof request === "function" ? request() : request;
    const call = new UnaryCall(this, deadlineOf(settings), done);
    if (this.#open(call, path, settings)) {
      this.#sender.send(call, message, "last");
    }
    return call;
  }

  /** See the contract of transports. */
  stream(
    path: string,
    settings: CallSettings,
    events: StreamEvents,
  ): RunningStream {
    const stream = new MessageStream(this, deadlineOf(settings), events);
    this.#open(stream, path, settings);
    return stream;
  }

  /** Lets the calls end that run, and closes. Idempotent. */
  drain(): void {
    if (this.#state === "leaving" || this.#state === "closed") return;
    this.#state = "leaving";
    if (this.#running === 0) this.#onIdle();
  }

  /** Ends the calls that run with CANCELLED, and closes. Idempotent. */
  abort(): void {
    const streams = [...this.#streams.values(), ...this.#untold];
    this.#stop();
    this.#link.destroy();
    for (const stream of streams) stream.cancel();
  }

  send(stream: Stream, message: Uint8Array): void {
    this.#write(() => this.#sender.send(stream, message, "more"));
  }

  halfClose(stream: Stream): void {
    this.#write(() => this.#sender.halfClose(stream));
  }

  reset(stream: Stream, errorCode: number): void {
    this.#write((frames) => frames.rstStream(stream.id, errorCode));
  }

  giveBack(stream: Stream, bytes: number): void {
    this.#write((frames) => frames.windowUpdate(stream.id, bytes));
  }

  forget(stream: Stream): void {
    this.#streams.close(stream);
    this.#sender.forget(stream);
    this.#listener.onStreams();
  }

  linger(stream: Stream): void {
    this.#untold.add(stream);
  }

  told(stream: Stream): void {
    if (this.#untold.size > 0) this.#untold.delete(stream);
    this.#running--;
    if (this.#running === 0) this.#onIdle();
  }

  /** Opens a stream, or has it end unsent. */
  #open(
    stream: Stream,
    path: string,
    { timeoutMs, headers }: CallSettings,
  ): boolean {
    const template = this.#sender.template(path, headers);
    this.#running++;
    if (this.#running === 1) {
      this.#link.hold(true);
      this.#keepAlive.wake();
    }
    const unsent = this.#whyUnsent(timeoutMs);
    if (unsent !== undefined) {
      stream.endLater({ ...unsent, answered: false, sent: false });
      return false;
    }
    this.#streams.open(stream);
    this.#sender.open(stream, { template, timeoutMs });
    this.#link.lastStreamId = stream.id;
    this.#deadlines.add(stream.deadlineAt);
    if (this.#streams.worn) {
      const reason = "the connection has no more ids for streams";
      queueMicrotask(() => this.#leave({ kind: "lost", reason }));
    }
    return true;
  }

  #whyUnsent(timeoutMs: number) {
    if (this.#state !== "open") {
      const details = "The connection takes no calls";
      return { grpcCode: GRPC_CODE.unavailable, details };
    }
    if (timeoutMs <= 0) {
      const details = "Deadline exceeded";
      return { grpcCode: GRPC_CODE.deadlineExceeded, details };
    }
    if (this.freeStreams > 0) return undefined;
    const details = "The server allows no more streams";
    return { grpcCode: GRPC_CODE.resourceExhausted, details };
  }

  #onRead(): void {
    if (this.#state !== "settled") return;
    this.#state = "open";
    // Until then somebody waits for it.
    this.#link.hold(false);
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
        answered: false,
        unprocessed: true,
      });
    }
    if (this.#running === 0) this.#onIdle();
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
        answered: false,
        sent: stream.id <= sentStreamId,
      });
    }
  }

  #stop(): void {
    this.#state = "closed";
    this.#keepAlive.close();
    this.#deadlines.close();
  }

  #onIdle(): void {
    this.#link.hold(false);
    if (this.#state === "leaving") {
      this.#stop();
      this.#link.shut();
    }
    // The last one is told first.
    if (this.#gone === "nearly") queueMicrotask(() => this.#checkGone());
  }

  #checkGone(): void {
    if (this.#gone === "yes" || this.#running > 0) return;
    this.#gone = "yes";
    this.#listener.onGone();
  }

  /** Writes at the wish of a call, not because of what was read. */
  #write(write: (frames: FrameWriter) => void): void {
    if (this.#state === "closed") return;
    try {
      write(this.#link.frames);
    } catch (error) {
      this.#link.fail(error);
    }
  }
}

function deadlineOf({ timeoutMs }: CallSettings): number {
  return timeoutMs === Infinity ? Infinity : performance.now() + timeoutMs;
}
