/** A worker for the tests of `WorkerHost`: does as each request says. */
import { serveRequests } from "./_worker_scope.ts";

/** What the echo worker can be asked for. */
export type EchoRequest = "echo" | "fail" | "crash" | "hang" | "close";

const tell = serveRequests<EchoRequest, string>(handle);

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
