import {
  ANYTHING,
  COUNT,
  SIGNAL,
  Signature,
  WAIT_OPTIONS,
} from "../../api/checks/mod.ts";

type Methods = "priorityQueue" | "enqueue" | "dequeue" | "items";

/** The methods of priority queues, with their options. */
export const SIGNATURES: Readonly<Record<Methods, Signature>> = {
  priorityQueue: new Signature("priorityQueue", {
    codec: ANYTHING,
    session: ANYTHING,
    ttlSeconds: COUNT,
  }),
  enqueue: new Signature("PriorityQueue.enqueue", {
    ...WAIT_OPTIONS,
    priority: ANYTHING,
  }),
  dequeue: new Signature("PriorityQueue.dequeue", WAIT_OPTIONS),
  items: new Signature("PriorityQueue.items", { signal: SIGNAL }),
};
