import { checkMode, type FaultMode, type ProxyStats } from "./fault_mode.ts";
import { freePorts, retryOnTakenPort } from "../_ports.ts";
import type { ProxyHost } from "./_protocol.ts";
import { WorkerHost } from "../process/_worker_host.ts";

/** A TCP proxy before one client port, with faults on demand. */
export interface FaultProxy {
  /** Where clients connect to: `http://127.0.0.1:PORT`. */
  readonly endpoint: string;
  /** Switches the mode; resolves when it is in effect. */
  set(mode: FaultMode): Promise<void>;
  /** Resets every connection once and resolves to their number. */
  cutAll(): Promise<number>;
  /** The counts now. */
  stats(): Promise<ProxyStats>;
  /** Starts every count but `open` anew. */
  resetStats(): Promise<void>;
}

/** A fault proxy that stands alone, with a worker of its own. */
export interface LoneFaultProxy extends FaultProxy, AsyncDisposable {
  /** Resets every connection and gives the port back. Idempotent. */
  close(): Promise<void>;
}

/** Starts a fault proxy before any server on 127.0.0.1. */
export async function startFaultProxy(
  targetPort: number,
): Promise<LoneFaultProxy> {
  const host = startProxyHost();
  try {
    const proxy = await retryOnTakenPort(() => {
      const [port = 0] = freePorts(1);
      return openFaultProxy(host, { port, targetPort });
    });
    return {
      ...proxy,
      close: () => host.close(),
      [Symbol.asyncDispose]: () => host.close(),
    };
  } catch (error) {
    await host.close();
    throw error;
  }
}

/** Starts a worker for proxies. */
export function startProxyHost(): ProxyHost {
  return new WorkerHost({
    url: new URL("./_worker.ts", import.meta.url),
    close: { op: "close" },
  });
}

/** Where a proxy listens and where it leads. */
export interface ProxyPorts {
  readonly port: number;
  readonly targetPort: number;
}

/** Opens a fault proxy on a worker that may have others. */
export async function openFaultProxy(
  host: ProxyHost,
  ports: ProxyPorts,
): Promise<FaultProxy> {
  const { port } = ports;
  await host.ask({ op: "open", kind: "client", ...ports });
  return {
    endpoint: `http://127.0.0.1:${port}`,
    async set(mode) {
      checkMode(mode);
      await host.ask({ op: "mode", port, mode });
    },
    async cutAll() {
      return await host.ask({ op: "cut", port }) as number;
    },
    async stats() {
      return await host.ask({ op: "stats", port }) as ProxyStats;
    },
    async resetStats() {
      await host.ask({ op: "resetStats", port });
    },
  };
}
