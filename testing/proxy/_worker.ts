/**
 * Hosts the client and peer proxies of one cluster off the main thread, so
 * that a busy client does not slow the network it is measured on.
 */
import { PortBlock } from "../ports/mod.ts";
import { serveRequests, type WorkerProgram } from "../worker/mod.ts";
import { FaultListener } from "./_fault_listener.ts";
import { PeerListener } from "./_peer_listener.ts";
import type { ProxyRequest } from "./_protocol.ts";

/** This file, for the main thread to start. */
export const PROXY_WORKER: WorkerProgram = {
  url: import.meta.url,
  service: "proxy",
};

const clients = new Map<number, FaultListener>();
const peers = new Map<number, PeerListener>();
let block: Promise<PortBlock> | undefined;

serveRequests(PROXY_WORKER.service, handle);

async function handle(request: ProxyRequest): Promise<unknown> {
  switch (request.op) {
    case "ports":
      block ??= PortBlock.claim();
      return await (await block).take(request.count);
    case "open":
      return await open(request);
    case "mode":
      return await find(clients, request.port).setMode(request.mode);
    case "cut":
      return await find(clients, request.port).cutAll();
    case "stats":
      return find(clients, request.port).stats();
    case "resetStats":
      return find(clients, request.port).resetStats();
    case "isolate": {
      const isolated = new Set(request.isolated);
      return await find(peers, request.port).isolate(request.owner, isolated);
    }
    case "close":
      await Promise.all(
        [...clients.values(), ...peers.values()].map((proxy) => proxy.close()),
      );
      return await (await block)?.close();
  }
}

async function open(request: ProxyRequest & { op: "open" }): Promise<void> {
  const { kind, port, targetPort } = request;
  if (kind === "client") {
    const proxy = new FaultListener(port, targetPort);
    await proxy.listen();
    clients.set(port, proxy);
  } else {
    const proxy = new PeerListener(port, targetPort);
    await proxy.listen();
    peers.set(port, proxy);
  }
}

function find<T>(proxies: ReadonlyMap<number, T>, port: number): T {
  const proxy = proxies.get(port);
  if (proxy === undefined) {
    throw new Error(`Cannot find the proxy: none has port ${port}`);
  }
  return proxy;
}
