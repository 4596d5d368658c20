/** The errors a peer may make in HTTP/2 (RFC 9113, 5.4). */

/** The connection cannot go on: it is to be ended with a GOAWAY (5.4.1). */
export class ConnectionError extends Error {
  override readonly name = "ConnectionError";
  /** The error code of the GOAWAY. */
  readonly errorCode: number;

  /** `message` says what was read, and what is wrong with it. */
  constructor(errorCode: number, message: string) {
    super(message);
    this.errorCode = errorCode;
  }
}

/** One stream cannot go on: it is to be ended with a RST_STREAM (5.4.2). */
export class StreamError extends Error {
  override readonly name = "StreamError";
  /** The stream it is about. */
  readonly streamId: number;
  /** The error code of the RST_STREAM. */
  readonly errorCode: number;

  /** `message` says what was read, and what is wrong with it. */
  constructor(
    message: string,
    { streamId, errorCode }: {
      readonly streamId: number;
      readonly errorCode: number;
    },
  ) {
    super(message);
    this.streamId = streamId;
    this.errorCode = errorCode;
  }
}
