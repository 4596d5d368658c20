import type { Reach } from "../../errors/reach.ts";
import type { TlsFault } from "../../errors/specific_errors.ts";
import type { Endpoint } from "./_endpoint.ts";

/** Request headers, by lower-case name. Frozen, and reused between calls. */
export type Headers = Readonly<Record<string, string>>;

/** The options that unary calls and streams share. */
export interface CallSettings {
  /** The time left to the call in milliseconds, `Infinity` for no limit. */
  readonly timeoutMs: number;
  /** Request headers. */
  readonly headers: Headers | undefined;
}

/** A request, or the function that makes it when it is sent. */
export type RequestBytes = Uint8Array | (() => Uint8Array);

/** The status of a call that did not succeed. */
export interface CallStatus {
  /** The gRPC status code. */
  readonly grpcCode: number;
  /** The status text. */
  readonly details: string;
  /**
   * The state in which the request was left. Of streams, only those that had a
   * `wait` can be `unsent`: the others have begun for whoever opened them.
   */
  readonly reach: Reach;
  /** The HTTP status of the answer, if it is another one than 200. */
  readonly httpStatus?: number | undefined;
}

/** A call or stream that is running. */
export interface RunningCall {
  /** Ends the call with status CANCELLED and frees its stream on the server. */
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
  /** The wait for one of the peer's streams, if the stream cannot begin yet. */
  readonly wait?: StreamWait | undefined;
}

/** A stream that has not begun, as the peer allows no more now. */
export interface StreamWait {
  /** The number of streams the peer allows at once. */
  readonly maxStreams: number;
  /** Resolves when the stream begins, or ends without: `onEnd` tells which. */
  readonly over: Promise<void>;
}

/** The end of a unary call: its reply, or the status of its failure. */
export type UnaryAnswer = Uint8Array | CallStatus;

/** The options of a unary call: a plain object, which may be copied. */
export interface UnaryOptions extends CallSettings {
  /** Called exactly once, never synchronously. */
  readonly onEnd: (answer: UnaryAnswer) => void;
}

/** The options of a stream: a plain object, which may be copied. */
export interface StreamOptions extends CallSettings {
  /** A message has arrived. */
  readonly onMessage: (message: Uint8Array) => void;
  /**
   * The stream has ended; `status.grpcCode` is 0 if it ended well. Called
   * exactly once, never synchronously.
   */
  readonly onEnd: (status: CallStatus) => void;
}

/**
 * A connection from its dial to its end. A transport is never dialled again; a
 * new connection is a new transport.
 */
export interface Transport {
  /** Whether the transport carries calls: ready, not lost, no GOAWAY seen. */
  readonly ready: boolean;
  /** The number of calls and streams that run, or wait for a stream. */
  readonly inFlight: number;
  /**
   * The number of calls and streams the peer allows at once, as its last
   * SETTINGS have it: its MAX_CONCURRENT_STREAMS, `Infinity` if it names none.
   */
  readonly maxStreams: number;
  /**
   * The number of calls and streams the peer still allows now; none if that is
   * not above 0.
   */
  readonly freeStreams: number;
  /** The number of open sockets. */
  readonly sockets: number;
  /** Starts a unary call. */
  unary(
    path: string,
    request: RequestBytes,
    options: UnaryOptions,
  ): RunningCall;
  /** Opens a stream. */
  stream(path: string, options: StreamOptions): RunningStream;
  /** Lets running calls end by themselves, then closes. Idempotent. */
  drain(): void;
  /** Closes now, ending running calls with CANCELLED. Idempotent. */
  abort(): void;
}

/**
 * Why a transport could not be made, or is lost: because of TLS, for lack of a
 * permission or of a package, or for another reason. `reason` is for people.
 */
export type DownReason =
  | { readonly kind: "tls"; readonly reason: string; readonly fault: TlsFault }
  | {
    readonly kind: "permission";
    readonly reason: string;
    /** The flag of Deno that gives the permission. */
    readonly flag: string;
  }
  | {
    readonly kind: "package";
    readonly reason: string;
    /** The package to be installed. */
    readonly name: string;
  }
  | { readonly kind: "other"; readonly reason: string };

/** The owner of a transport, told how it goes. */
export interface TransportEvents {
  /** The transport carries calls from now on. */
  onReady(): void;
  /** There may be more free streams than before. */
  onStreams?(): void;
  /** The transport could not be made, or is lost. Once, not after `drain`. */
  onDown(why: DownReason): void;
  /** No socket is open and no call runs any more. Called once, last. */
  onGone(): void;
}

/** The settings of one transport. */
export interface DialSettings {
  /** The time until the transport has to be ready, in milliseconds. */
  readonly timeoutMs: number;
  /** Called as the transport lives, never synchronously. */
  readonly events: TransportEvents;
}

/** Starts to make a transport. */
export type Dial = (endpoint: Endpoint, settings: DialSettings) => Transport;
