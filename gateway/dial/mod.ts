/**
 * Connections to endpoints by TCP.
 *
 * @module
 */
export { connectTo, type DialLimits, dialTcp } from "./_dial.ts";
