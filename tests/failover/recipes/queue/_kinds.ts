// Both kinds of queues, for tests of what they have in common.
import type { Client, PromptOptions } from "../../../../mod.ts";
import {
  priorityQueue,
  queue,
  type QueueItem,
  text,
} from "../../../../recipes/mod.ts";

/** A queue of texts. */
export interface AnyQueue extends AsyncDisposable {
  enqueue(value: string, options?: PromptOptions): Promise<QueueItem<string>>;
  dequeue(options?: PromptOptions): Promise<QueueItem<string>>;
  close(): Promise<void>;
}

/** A kind of queue, in a test and in a program. */
export interface QueueKind {
  readonly kind: string;
  open(client: Client, name: string): AnyQueue;
  /** The function as programs import it. */
  readonly imported: string;
}

export const KINDS: readonly QueueKind[] = [
  {
    kind: "queue",
    imported: "queue",
    open: (client, name) => queue(client, name, { codec: text }),
  },
  {
    kind: "priority queue",
    imported: "priorityQueue",
    open(client, name) {
      const jobs = priorityQueue(client, name, { codec: text });
      return {
        enqueue: (value, options) =>
          jobs.enqueue(value, { ...options, priority: value.length }),
        dequeue: (options) => jobs.dequeue(options),
        close: () => jobs.close(),
        [Symbol.asyncDispose]: () => jobs.close(),
      };
    },
  },
];
