/**
 * Queues: items that are taken once, in the order in which they came.
 *
 * @module
 */
export { queue } from "./queue.ts";
export type {
  Queue,
  QueueItem,
  QueueItemsOptions,
  QueueOptions,
} from "./types.ts";
