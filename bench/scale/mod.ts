/**
 * Very many of something on one client.
 *
 * @module
 */
export { measureScale, type ScaleMeasured } from "./scale.ts";
