/**
 * Streams: opened, reopened, waiting for their turn.
 *
 * @module
 */
export { type Opener, StreamOpener } from "./_opener.ts";
export type {
  OpenStream,
  StreamListener,
  StreamSettings,
} from "./_open_stream.ts";
export {
  Reopening,
  SHORT_LIFE_MS,
  STREAM_BACKOFF,
} from "./_reopening_delay.ts";
export { ServerStream } from "./_server_stream.ts";
export { asRetryable } from "./_token.ts";
export { noStreamError, type StreamLimit, waitingError } from "./_limit.ts";
