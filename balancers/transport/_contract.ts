import type { TlsFault } from "../../errors/specific_errors.ts";
import type { Endpoint } from "./_endpoint.ts";

/** Request headers, by lower-case name. Frozen, and reused between calls. */
export type Headers = Readonly<Record<string, string>>;

/** What is sent with a call besides the message. */
export interface CallSettings {
  /** The time left to the call in milliseconds, `Infinity` for none. */
  readonly timeoutMs: number;
  /** Request headers. */
  readonly headers: Headers | undefined;
}

/** A request, or what makes it when it is sent. */
export type RequestBytes = Uint8Array | (() => Uint8Array);

/** The status of a call that did not succeed. */
export interface CallStatus {
  /** The gRPC status code. */
  readonly grpcCode: number;
  /** The status text. */
  readonly details: string;
  /**
   * Whether the server itself gave it; otherwise the stream was reset, or
   * ended on this side. @default {true}
   */
  readonly answered?: boolean;
  /**
   * Whether the server has certainly not looked at it, though it was sent: its
   * stream is above the last one of a GOAWAY. A stream that is only reset with
   * REFUSED_STREAM does not count. @default {false}
   */
  readonly unprocessed?: boolean;
  /**
   * Whether any of it may have left this process. `false` is certain: it
   * waited for a stream, and was dropped. @default {true}
   */
  readonly sent?: boolean;
  /** The HTTP status of the answer, if it is another one than 200. */
  readonly httpStatus?: number | undefined;
}

/** A call or stream that is running. */
export interface RunningCall {
  /** Ends it with status CANCELLED and frees its stream on the server. */
  cancel(): void;
}

/** A stream that is open in both directions. */
export interface RunningStream extends RunningCall {
  /** Sends one message. */
  send(message: Uint8Array): void;
  /** Tells the server that no more messages follow. */
  halfClose(): void;
  /** Asks for the next message; none arrives without it. */
  read(): void;
  /** Given where it has to wait before it can begin. */
  readonly wait?: StreamWait | undefined;
}

/** A stream that has not begun, as the peer allows no more now. */
export interface StreamWait {
  /** How many the peer allows at once. */
  readonly maxStreams: number;
  /** Resolves when it begins, or has ended without: `onEnd` tells which. */
  readonly over: Promise<void>;
}

/** What a stream tells. */
export interface StreamEvents {
  /** A message has arrived. */
  onMessage(message: Uint8Array): void;
  /** The stream has ended; `status.grpcCode` is 0 if it ended well. */
  onEnd(status: CallStatus): void;
}

/** How a unary call ended: exactly one of the two is given. */
export type UnaryDone = (
  reply: Uint8Array | undefined,
  status: CallStatus | undefined,
) => void;

/**
 * One transport: a connection from its dial to its end. It is never dialled
 * again; a new connection is a new transport.
 */
export interface Transport {
  /** Whether it carries calls: ready, not lost, no GOAWAY seen. */
  readonly ready: boolean;
  /** How many calls and streams are running, or wait for a stream. */
  readonly inFlight: number;
  /**
   * How many calls and streams the peer allows at once, as its last SETTINGS
   * have it: its MAX_CONCURRENT_STREAMS, `Infinity` if it names none.
   */
  readonly maxStreams: number;
  /** How many more it allows now; none if that is not above 0. */
  readonly freeStreams: number;
  /** How many sockets it holds open. */
  readonly sockets: number;
  /** Starts a unary call; `done` is called exactly once, never synchronously. */
  unary(
    path: string,
    request: RequestBytes,
    settings: CallSettings,
    done: UnaryDone,
  ): RunningCall;
  /** Opens a stream; `onEnd` is called exactly once, never synchronously. */
  stream(
    path: string,
    settings: CallSettings,
    events: StreamEvents,
  ): RunningStream;
  /** Lets running calls end by themselves, then closes. Idempotent. */
  drain(): void;
  /** Closes now, ending running calls with CANCELLED. Idempotent. */
  abort(): void;
}

/** What a transport tells its owner. */
export interface TransportEvents {
  /** It carries calls from now on. */
  onReady(): void;
  /** There may be more free streams than before. */
  onStreams?(): void;
  /**
   * It could not be made, or is lost; because of TLS, or for lack of a
   * permission, whose flag is given. Called once, not after `drain`.
   */
  onDown(
    reason: string,
    tlsFault?: TlsFault,
    missingPermission?: string,
  ): void;
  /** It holds no socket and runs no call any more. Called once, last. */
  onGone(): void;
}

/** Starts to make a transport; never calls `events` synchronously. */
export type Dial = (
  endpoint: Endpoint,
  timeoutMs: number,
  events: TransportEvents,
) => Transport;
