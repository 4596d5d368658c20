import { retryOnTakenPort } from "../ports/mod.ts";
import { WorkerHost } from "../worker/mod.ts";
import type { FaultMode, FaultName, ProxyStats } from "./fault_mode.ts";
import { modeOf } from "./_mode_of.ts";
import type { ProxyHost } from "./_protocol.ts";
import { PROXY_WORKER } from "./_worker.ts";

/** A TCP proxy before one client port, with faults on demand. */
export interface FaultProxy {
  /** The address for clients: `http://127.0.0.1:PORT`, or `https://…`. */
  readonly endpoint: string;
  /**
   * Switches the mode; resolves when it is in effect. A name alone stands for
   * a mode that has nothing else: `"blackhole"` for `{ kind: "blackhole" }`.
   *
   * @throws {InvalidOptionError} If there is no such mode, or a figure of it is
   * not a positive number.
   */
  set(mode: FaultName | FaultMode): Promise<void>;
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
    const proxy = await retryOnTakenPort(async () => {
      const [port = 0] = await takePorts(host, 1);
      return await openFaultProxy(host, { port, targetPort });
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
    program: PROXY_WORKER,
    close: { op: "close" },
  });
}

/** Finds ports that are free, in a block that is the worker's own. */
export async function takePorts(
  host: ProxyHost,
  count: number,
): Promise<number[]> {
  return await host.ask({ op: "ports", count }) as number[];
}

/** The ports a proxy listens on and leads to. */
export interface ProxyPorts {
  readonly port: number;
  readonly targetPort: number;
  /** The beginning of its endpoint. @default {"http"} */
  readonly scheme?: "http" | "https";
}

/** Opens a fault proxy on a worker that may have others. */
export async function openFaultProxy(
  host: ProxyHost,
  ports: ProxyPorts,
): Promise<FaultProxy> {
  const { port, targetPort, scheme = "http" } = ports;
  await host.ask({ op: "open", kind: "client", port, targetPort });
  return {
    endpoint: `${scheme}://127.0.0.1:${port}`,
    async set(mode) {
      await host.ask({ op: "mode", port, mode: modeOf(mode) });
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
