/**
 * Makes a connection to an endpoint, over the transport chosen.
 *
 * @module
 */
export { DEFAULT_TRANSPORT } from "./_default_transport.ts";
export { makeDial } from "./_dial.ts";
export { describeWait } from "./_stream_queue.ts";
