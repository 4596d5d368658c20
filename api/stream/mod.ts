/**
 * Streams: opened, opened again, waiting for one that an endpoint allows.
 *
 * @module
 */
export { noStreamError, type StreamLimit, waitingError } from "./_limit.ts";
export type {
  OpenStream,
  StreamListener,
  StreamSettings,
} from "./_open_stream.ts";
export { type Opener, StreamOpener } from "./_opener.ts";
export { ReconnectingStream } from "./_reconnecting.ts";
export { ServerStream } from "./_server_stream.ts";
export { asRetryable } from "./_token.ts";
