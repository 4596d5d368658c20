/** What a scripted server does with a call. */
export type FakeAnswer =
  /** A reply with these bytes, and status OK. */
  | Uint8Array
  /** No reply, this status. */
  | FakeStatus
  /** Neither reply nor status, until the client gives up. */
  | { readonly kind: "hang" }
  /** The stream is reset; 7 is REFUSED_STREAM: it was not looked at. */
  | { readonly kind: "reset"; readonly http2Code: number }
  /** These bytes as they are, without gRPC's own frame, then status OK. */
  | { readonly kind: "raw"; readonly bytes: Uint8Array }
  /** The TCP connection is closed. */
  | { readonly kind: "disconnect" };

/** A call as its handler sees it. */
export interface FakeCall {
  readonly path: string;
  /** The request, without its frame. */
  readonly request: Uint8Array;
  /** The headers of the request. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** How many calls of this path there were, this one included. */
  readonly count: number;
}

/** Decides what becomes of a call; may throw a {@linkcode FakeStatus}. */
export type FakeHandler = (
  call: FakeCall,
) => FakeAnswer | Promise<FakeAnswer>;

/** A gRPC status to end a call with: returned or thrown by a handler. */
export class FakeStatus extends Error {
  readonly kind = "status";
  readonly code: number;
  readonly details: string;
  /** Further trailers. */
  readonly metadata: Readonly<Record<string, string>>;

  constructor(
    code: number,
    details: string,
    metadata: Readonly<Record<string, string>> = {},
  ) {
    super(`${code} ${details}`);
    this.name = "FakeStatus";
    this.code = code;
    this.details = details;
    this.metadata = metadata;
  }
}

/** The open side of a streaming call, for its handler to write to. */
export interface FakeStream {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The client's messages as they come; ends when the client does. */
  readonly messages: AsyncIterable<Uint8Array>;
  /** Sends one message. */
  send(message: Uint8Array): void;
  /** Ends the call, with status OK if none is given. */
  end(status?: FakeStatus): void;
  /** Resets the stream with an HTTP/2 code. */
  reset(http2Code: number): void;
}

/** Serves a streaming call; the call ends with OK when it resolves. */
export type FakeStreamHandler = (stream: FakeStream) => Promise<void>;
