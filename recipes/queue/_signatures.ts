import {
  ANYTHING,
  COUNT,
  SIGNAL,
  Signature,
  WAIT_OPTIONS,
} from "../../api/checks/mod.ts";

type Methods = "queue" | "enqueue" | "dequeue" | "items";

/** The methods of queues, with their options. */
export const SIGNATURES: Readonly<Record<Methods, Signature>> = {
  queue: new Signature("queue", {
    codec: ANYTHING,
    session: ANYTHING,
    ttlSeconds: COUNT,
  }),
  enqueue: new Signature("Queue.enqueue", WAIT_OPTIONS),
  dequeue: new Signature("Queue.dequeue", WAIT_OPTIONS),
  items: new Signature("Queue.items", { signal: SIGNAL }),
};
