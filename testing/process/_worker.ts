/**
 * Hosts the processes of one cluster and the directory of their data: a
 * cluster that serves several tests may end and start processes in each.
 */
import { serveRequests, type WorkerProgram } from "../worker/mod.ts";
import type { ProcessEvent, ProcessRequest } from "./_protocol.ts";
import { Supervised } from "./supervised.ts";
import { TempRoot } from "./temp_root.ts";

/** This file, for the main thread to start. */
export const PROCESS_WORKER: WorkerProgram = {
  url: import.meta.url,
  service: "process",
};

const processes = new Map<number, Supervised>();
let root: TempRoot | undefined;

const tell = serveRequests<ProcessRequest, ProcessEvent>(
  PROCESS_WORKER.service,
  handle,
);

async function handle(request: ProcessRequest): Promise<unknown> {
  switch (request.op) {
    case "root":
      root = await TempRoot.create({ prefix: request.prefix });
      return root.path;
    case "start":
      return await start(request.command, request.log);
    case "signal":
      return await processes.get(request.pid)?.signal(request.signal);
    case "close":
      await Promise.all(
        [...processes.values()].map((process) => process.kill()),
      );
      return await root?.close();
  }
}

async function start(command: readonly string[], log: string): Promise<number> {
  const process = await Supervised.start(command, log);
  const { pid } = process;
  processes.set(pid, process);
  process.exited.then(() => {
    processes.delete(pid);
    tell({ kind: "exited", pid });
  });
  return pid;
}
