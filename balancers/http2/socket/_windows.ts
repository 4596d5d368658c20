/**
 * The bytes that the peer may send on one stream before any of them is read.
 */
export const STREAM_WINDOW_BYTES = 2_097_152;
/** The same on all streams together. */
export const WINDOW_BYTES = 67_108_864;
