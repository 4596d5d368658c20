/**
 * Barriers: programs that wait until one of them opens the way, or until all
 * are there.
 *
 * @module
 */
export { barrier } from "./barrier.ts";
export { doubleBarrier } from "./double_barrier.ts";
export type {
  Barrier,
  BarrierOptions,
  DoubleBarrier,
  DoubleBarrierOptions,
  HoldOptions,
  Presence,
} from "./types.ts";
