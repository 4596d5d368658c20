/**
 * Frames as in RFC 9113: their octets, read and written, and the constants.
 *
 * @module
 */
export {
  CANCEL,
  COMPRESSION_ERROR,
  DEFAULT_HEADER_TABLE_SIZE,
  DEFAULT_WINDOW_SIZE,
  END_STREAM,
  ENHANCE_YOUR_CALM,
  errorName,
  FLOW_CONTROL_ERROR,
  INADEQUATE_SECURITY,
  INTERNAL_ERROR,
  MAX_STREAM_ID,
  MAX_WINDOW_SIZE,
  NO_ERROR,
  PROTOCOL_ERROR,
  REFUSED_STREAM,
  SETTINGS_ENABLE_PUSH,
  SETTINGS_HEADER_TABLE_SIZE,
  SETTINGS_INITIAL_WINDOW_SIZE,
  SETTINGS_MAX_CONCURRENT_STREAMS,
  SETTINGS_MAX_FRAME_SIZE,
  SETTINGS_MAX_HEADER_LIST_SIZE,
} from "./_constants.ts";
export { ConnectionError, type StreamError } from "./_errors.ts";
export type { Frame, FrameHandler, Goaway, Setting } from "./_frame_handler.ts";
export { type Octets, u32, u8 } from "./_octets.ts";
export { FrameReader } from "./_reader.ts";
export { shownText } from "./_shown_bytes.ts";
export { FrameWriter } from "./_writer.ts";
