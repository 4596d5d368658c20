import { GRPC_CODE } from "../../../errors/codes.ts";
import type {
  CallSettings,
  CallStatus,
  Clock,
  RequestBytes,
  RunningCall,
  RunningStream,
  StreamOptions,
  UnaryOptions,
} from "../../transport/mod.ts";
import { MAX_HEADERS_BYTES } from "../grpc/mod.ts";
import type { HeaderTemplate } from "../hpack/mod.ts";
import type {
  Deadlines,
  FloodGuard,
  Sender,
  Stream,
  StreamHost,
  Streams,
} from "../streams/mod.ts";
import { type Link, STREAM_WINDOW_BYTES } from "../socket/mod.ts";
import { MessageStream } from "./_message_stream.ts";
import { UnaryStream } from "./_unary_stream.ts";

/** Why a call is not made. */
type Unsent = Pick<CallStatus, "grpcCode" | "details">;

/** The parts of a connection that its calls work with. */
export interface CallsParts {
  readonly clock: Clock;
  readonly link: Link;
  readonly streams: Streams;
  readonly sender: Sender;
  readonly deadlines: Deadlines<Stream>;
  readonly floods: FloodGuard;
  /** There is a call, where there was none. */
  onBusy(): void;
  /** There is none any more; the last one is about to be told of its end. */
  onIdle(): void;
  /** One more may be opened. */
  onFree(): void;
  /** There are hardly any ids left for more. */
  onWorn(): void;
  /** Whether there may be more. */
  isOpen(): boolean;
}

/** The calls and streams of a connection that were not told of their end. */
export class Calls implements StreamHost {
  readonly streamWindowBytes: number = STREAM_WINDOW_BYTES;
  readonly clock: Clock;
  readonly #parts: CallsParts;
  #count = 0;
  /** Streams of the calls that are closed: their messages wait to be read. */
  readonly #lingering = new Set<Stream>();

  constructor(parts: CallsParts) {
    this.clock = parts.clock;
    this.#parts = parts;
  }

  /** The number of calls and streams that run. */
  get inFlight(): number {
    return this.#count;
  }

  /** The number of streams the peer allows at once. */
  get maxStreams(): number {
    return this.#parts.streams.limit;
  }

  /** The number of further streams that the peer allows now, and reads. */
  get freeStreams(): number {
    const { room } = this.#parts.link.frames;
    return room < MAX_HEADERS_BYTES
      ? 0
      : this.#parts.streams.limit - this.#parts.streams.size;
  }

  /** See the contract of transports. */
  unary(
    path: string,
    request: RequestBytes,
    options: UnaryOptions,
  ): RunningCall {
    const message = typeof request === "function" ? request() : request;
    const call = new UnaryStream(this, options);
    if (this.#open(call, path, options)) {
      this.#parts.sender.sendLast(call, message);
    }
    return call;
  }

  /** See the contract of transports. */
  stream(path: string, options: StreamOptions): RunningStream {
    const stream = new MessageStream(this, options);
    this.#open(stream, path, options);
    return stream;
  }

  /** Ends all of them. */
  cancel(): void {
    const { streams } = this.#parts;
    for (const stream of [...streams.values(), ...this.#lingering]) {
      stream.cancel();
    }
  }

  send(stream: Stream, message: Uint8Array): void {
    this.#parts.link.write(() => this.#parts.sender.send(stream, message));
  }

  halfClose(stream: Stream): void {
    this.#parts.link.write(() => this.#parts.sender.halfClose(stream));
  }

  reset(stream: Stream, errorCode: number): void {
    this.#parts.floods.givenUp();
    this.#parts.link.write((frames) => frames.rstStream(stream.id, errorCode));
  }

  giveBack(stream: Stream, bytes: number): void {
    this.#parts.link.write((frames) => frames.windowUpdate(stream.id, bytes));
  }

  forget(stream: Stream): void {
    const { streams, sender } = this.#parts;
    streams.close(stream);
    sender.forget(stream);
  }

  freed(): void {
    this.#parts.onFree();
  }

  linger(stream: Stream): void {
    this.#lingering.add(stream);
  }

  told(stream: Stream): void {
    if (this.#lingering.size > 0) this.#lingering.delete(stream);
    this.#count--;
    if (this.#count === 0) this.#parts.onIdle();
  }

  /** Opens a stream, or has it end unsent. */
  #open(stream: Stream, path: string, settings: CallSettings): boolean {
    this.#add();
    const unsent = this.#whyUnsent(settings.timeoutMs) ??
      this.#begin(stream, path, settings);
    if (unsent === undefined) return true;
    stream.endLater({ ...unsent, reach: "unsent" });
    return false;
  }

  /** Begins the request, or tells why its headers cannot be sent. */
  #begin(
    stream: Stream,
    path: string,
    { timeoutMs, headers }: CallSettings,
  ): Unsent | undefined {
    const { streams, sender, link, deadlines } = this.#parts;
    let template: HeaderTemplate;
    try {
      template = sender.template(path, headers);
    } catch (error) {
      // A token, for one, is whatever a server has given.
      const details = error instanceof Error ? error.message : `${error}`;
      return { grpcCode: GRPC_CODE.internal, details };
    }
    streams.open(stream);
    sender.open(stream, { template, timeoutMs });
    link.lastStreamId = stream.id;
    deadlines.add(stream.deadlineAt);
    if (streams.worn) queueMicrotask(() => this.#parts.onWorn());
    return undefined;
  }

  #whyUnsent(timeoutMs: number): Unsent | undefined {
    if (!this.#parts.isOpen()) {
      const details = "The connection takes no calls";
      return { grpcCode: GRPC_CODE.unavailable, details };
    }
    if (timeoutMs <= 0) {
      const details = "Deadline exceeded";
      return { grpcCode: GRPC_CODE.deadlineExceeded, details };
    }
    if (this.#parts.streams.full) {
      const details = "The connection has no stream ids left";
      return { grpcCode: GRPC_CODE.unavailable, details };
    }
    if (this.freeStreams > 0) return undefined;
    const details = "The server allows no more streams";
    return { grpcCode: GRPC_CODE.resourceExhausted, details };
  }

  #add(): void {
    this.#count++;
    if (this.#count === 1) this.#parts.onBusy();
  }
}
