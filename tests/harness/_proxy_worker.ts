/**
 * Hosts the client and peer proxies of one cluster off the main thread, so
 * that a busy client does not slow the network it is measured on.
 */
import { FaultListener } from "./_fault_listener.ts";
import { PeerListener } from "./_peer_listener.ts";
import type {
  ProxyAnswer,
  ProxyMessage,
  ProxyRequest,
  ProxyValue,
} from "./_proxy_protocol.ts";

interface WorkerScope {
  onmessage: ((event: MessageEvent<ProxyMessage>) => void) | null;
  postMessage(answer: ProxyAnswer): void;
}

const scope = globalThis as unknown as WorkerScope;
const clients = new Map<number, FaultListener>();
const peers = new Map<number, PeerListener>();

scope.onmessage = (event) => {
  const { id, request } = event.data;
  handle(request).then(
    (value) => scope.postMessage({ id, value }),
    (error: Error & { code?: string }) =>
      scope.postMessage({
        id,
        error: error.message,
        ...(error.code === undefined ? {} : { code: error.code }),
      }),
  );
};

async function handle(request: ProxyRequest): Promise<ProxyValue> {
  switch (request.op) {
    case "open":
      await open(request);
      return null;
    case "mode":
      await client(request.port).setMode(request.mode);
      return null;
    case "cut":
      return await client(request.port).cutAll();
    case "stats":
      return client(request.port).stats();
    case "resetStats":
      client(request.port).resetStats();
      return null;
    case "isolate": {
      const proxy = peers.get(request.port);
      if (proxy === undefined) throw unknown(request.port);
      await proxy.isolate(request.owner, new Set(request.isolated));
      return null;
    }
    case "close":
      await Promise.all(
        [...clients.values(), ...peers.values()].map((proxy) => proxy.close()),
      );
      clients.clear();
      peers.clear();
      return null;
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

function client(port: number): FaultListener {
  const proxy = clients.get(port);
  if (proxy === undefined) throw unknown(port);
  return proxy;
}

function unknown(port: number): Error {
  return new Error(`Cannot find the proxy: no proxy has port ${port}`);
}
