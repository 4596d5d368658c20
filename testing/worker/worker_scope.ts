import type { WorkerMessage, WorkerReply } from "./_worker_host.ts";

interface WorkerScope<Request, Event> {
  onmessage: ((event: MessageEvent<WorkerMessage<Request>>) => void) | null;
  postMessage(reply: WorkerReply<Event>): void;
}

/**
 * The worker's end: has every request handled and answers it. Gives a function
 * that tells the main thread of an event.
 */
export function serveRequests<Request, Event = never>(
  handle: (request: Request) => Promise<unknown>,
): (event: Event) => void {
  const scope = globalThis as unknown as WorkerScope<Request, Event>;
  scope.onmessage = (message) => {
    const { id, request } = message.data;
    handle(request).then(
      (value) => scope.postMessage({ kind: "value", id, value }),
      (error: unknown) => {
        const text = error instanceof Error ? error.message : String(error);
        scope.postMessage({ kind: "error", id, error: text });
      },
    );
  };
  return (event) => scope.postMessage({ kind: "event", event });
}
