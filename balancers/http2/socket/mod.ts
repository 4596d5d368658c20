/**
 * Bytes to and from a peer: a socket, its output, and the frames over it.
 *
 * @module
 */
export type { ByteConn } from "./_byte_conn.ts";
export { Link } from "./_link.ts";
export { NodeConn } from "./_node_conn.ts";
export { STREAM_WINDOW_BYTES, WINDOW_BYTES } from "./_windows.ts";
