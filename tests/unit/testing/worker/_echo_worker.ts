/** A worker for the tests of `WorkerHost`: does as each request says. */
import {
  serveRequests,
  type WorkerProgram,
} from "../../../../testing/worker/mod.ts";

/** This file, for the main thread to start. */
export const ECHO_WORKER: WorkerProgram = {
  url: import.meta.url,
  service: "echo",
};

/** What the echo worker can be asked for. */
export type EchoRequest = "echo" | "fail" | "crash" | "hang" | "close";

const tell = serveRequests<EchoRequest, string>(ECHO_WORKER.service, handle);

async function handle(request: EchoRequest): Promise<string> {
  switch (request) {
    case "fail":
      throw new Error("told to fail");
    case "crash":
      setTimeout(() => {
        throw new Error("told to crash");
      });
      return await new Promise(() => {});
    case "hang":
      return await new Promise(() => {});
    default:
      tell(`saw ${request}`);
      return request;
  }
}
