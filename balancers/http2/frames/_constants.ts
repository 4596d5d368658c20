/**
 * Numbers of HTTP/2, named as in RFC 9113.
 *
 * @module
 */

/** The connection preface: a client sends it before all frames (3.4). */
export const PREFACE: Uint8Array = new TextEncoder().encode(
  "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
);

// Frame types (6).
export const DATA = 0x00;
export const HEADERS = 0x01;
export const PRIORITY = 0x02;
export const RST_STREAM = 0x03;
export const SETTINGS = 0x04;
export const PUSH_PROMISE = 0x05;
export const PING = 0x06;
export const GOAWAY = 0x07;
export const WINDOW_UPDATE = 0x08;
export const CONTINUATION = 0x09;

// Flags (6). The RFC calls the last one PRIORITY, as the frame.
export const END_STREAM = 0x01;
export const ACK = 0x01;
export const END_HEADERS = 0x04;
export const PADDED = 0x08;
export const PRIORITY_FLAG = 0x20;

// Settings (6.5.2).
export const SETTINGS_HEADER_TABLE_SIZE = 0x01;
export const SETTINGS_ENABLE_PUSH = 0x02;
export const SETTINGS_MAX_CONCURRENT_STREAMS = 0x03;
export const SETTINGS_INITIAL_WINDOW_SIZE = 0x04;
export const SETTINGS_MAX_FRAME_SIZE = 0x05;
export const SETTINGS_MAX_HEADER_LIST_SIZE = 0x06;

// Error codes (7).
export const NO_ERROR = 0x00;
export const PROTOCOL_ERROR = 0x01;
export const INTERNAL_ERROR = 0x02;
export const FLOW_CONTROL_ERROR = 0x03;
export const SETTINGS_TIMEOUT = 0x04;
export const STREAM_CLOSED = 0x05;
export const FRAME_SIZE_ERROR = 0x06;
export const REFUSED_STREAM = 0x07;
export const CANCEL = 0x08;
export const COMPRESSION_ERROR = 0x09;
export const CONNECT_ERROR = 0x0a;
export const ENHANCE_YOUR_CALM = 0x0b;
export const INADEQUATE_SECURITY = 0x0c;
export const HTTP_1_1_REQUIRED = 0x0d;

/** The head of every frame, in bytes (4.1). */
export const FRAME_HEAD_BYTES = 9;
/** The value of SETTINGS_MAX_FRAME_SIZE until it is set, and its least one. */
export const DEFAULT_MAX_FRAME_SIZE = 16_384;
/** The greatest value of SETTINGS_MAX_FRAME_SIZE. */
export const MAX_MAX_FRAME_SIZE = 16_777_215;
/** The value of SETTINGS_INITIAL_WINDOW_SIZE until it is set (6.9.2). */
export const DEFAULT_WINDOW_SIZE = 65_535;
/** The largest window (6.9.1). */
export const MAX_WINDOW_SIZE = 0x7fff_ffff;
/** The last stream identifier there is (5.1.1). */
export const MAX_STREAM_ID = 0x7fff_ffff;
/** The value of SETTINGS_HEADER_TABLE_SIZE until it is set. */
export const DEFAULT_HEADER_TABLE_SIZE = 4_096;

const ERROR_NAMES = [
  "NO_ERROR",
  "PROTOCOL_ERROR",
  "INTERNAL_ERROR",
  "FLOW_CONTROL_ERROR",
  "SETTINGS_TIMEOUT",
  "STREAM_CLOSED",
  "FRAME_SIZE_ERROR",
  "REFUSED_STREAM",
  "CANCEL",
  "COMPRESSION_ERROR",
  "CONNECT_ERROR",
  "ENHANCE_YOUR_CALM",
  "INADEQUATE_SECURITY",
  "HTTP_1_1_REQUIRED",
] as const;

/** The name of an error code, or its number if the RFC knows none. */
export function errorName(errorCode: number): string {
  return ERROR_NAMES[errorCode] ?? `error code ${errorCode}`;
}
