/**
 * Connections to endpoints by TCP.
 *
 * @module
 */
export {
  connectTo,
  dialTcp,
  type Through,
  type TimedDialOptions,
} from "./_dial.ts";
