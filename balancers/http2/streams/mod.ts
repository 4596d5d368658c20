/**
 * Streams (RFC 9113, section 5): their states, windows, deadlines and floods.
 *
 * @module
 */
export { Deadlines } from "./_deadlines.ts";
export { Fifo } from "./_fifo.ts";
export { FloodGuard } from "./_flood_guard.ts";
export { ReceiveWindow } from "./_flow_control.ts";
export { Sender } from "./_sender.ts";
export { invalidAnswer } from "./_ends.ts";
export { Stream, type StreamHost } from "./_stream.ts";
export { Streams } from "./_streams.ts";
