/**
 * Work that is done on a thread of its own.
 *
 * @module
 */
export {
  WorkerHost,
  type WorkerHostOptions,
  type WorkerProgram,
} from "./worker_host.ts";
export { serveRequests } from "./worker_scope.ts";
