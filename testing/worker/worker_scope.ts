import { parentPort, workerData } from "node:worker_threads";
import type { CodedError } from "../errors/mod.ts";
import type { WorkerMessage, WorkerReply } from "./worker_host.ts";

/**
 * The worker's end: has every request handled and answers it. Gives a function
 * that tells the main thread of an event.
 *
 * A module that calls this is also imported by the main thread, which has to
 * know where it is: there, and in a worker of somebody else, it does nothing.
 */
export function serveRequests<Request, Event = never>(
  service: string,
  handle: (request: Request) => Promise<unknown>,
): (event: Event) => void {
  const port = parentPort;
  if (port === null || workerData?.etcdenoService !== service) return () => {};
  const reply = (message: WorkerReply<Event>): void =>
    port.postMessage(message);
  port.on("message", ({ id, request }: WorkerMessage<Request>) => {
    handle(request).then(
      (value) => reply({ kind: "value", id, value }),
      (error: unknown) => {
        const { message, code, name }: CodedError = error instanceof Error
          ? error
          : new Error(String(error));
        reply({ kind: "error", id, error: message, code: code ?? name });
      },
    );
  });
  return (event) => reply({ kind: "event", event });
}
