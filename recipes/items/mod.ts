/**
 * Items of queues of every kind: put once, taken once, by one of many.
 *
 * @module
 */
export { checkQueueOptions } from "./_check_options.ts";
export { decodeItem, ItemHandle } from "./_item_handle.ts";
export { ItemStore } from "./_store.ts";
export type {
  ItemKeys,
  QueueItem,
  QueueItemsOptions,
  QueueOptions,
  Stored,
} from "./types.ts";
