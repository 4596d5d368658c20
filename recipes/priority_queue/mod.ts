/**
 * Priority queues: the most urgent item is taken first.
 *
 * @module
 */
export { priorityQueue } from "./priority_queue.ts";
export type {
  PriorityEnqueueOptions,
  PriorityQueue,
  PriorityQueueItem,
} from "./types.ts";
