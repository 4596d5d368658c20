/**
 * Lines: keys of sessions, of which the oldest ones hold what they wait for.
 *
 * @module
 */
export { HeldPlace } from "./_held_place.ts";
export { Line, type StandOptions } from "./_line.ts";
export type { Place } from "./_place.ts";
export { placeLostError } from "./_place_lost_error.ts";
export type { Admission, LineTexts, StandingPlace, Terms } from "./types.ts";
