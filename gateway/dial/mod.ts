/**
 * Connections to endpoints by TCP.
 *
 * @module
 */
export { connectTo, dialTcp, type TimedDialOptions } from "./_dial.ts";
