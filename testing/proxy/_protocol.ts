import type { FaultMode } from "./fault_mode.ts";
import type { WorkerHost } from "../worker/mod.ts";

/** A request of the main thread to the proxy worker. */
export type ProxyRequest =
  | { readonly op: "ports"; readonly count: number }
  | {
    readonly op: "open";
    readonly kind: "client" | "peer";
    readonly port: number;
    readonly targetPort: number;
  }
  | { readonly op: "mode"; readonly port: number; readonly mode: FaultMode }
  | { readonly op: "cut"; readonly port: number }
  | { readonly op: "stats"; readonly port: number }
  | { readonly op: "resetStats"; readonly port: number }
  | {
    readonly op: "isolate";
    readonly port: number;
    readonly owner: string;
    readonly isolated: readonly string[];
  }
  | { readonly op: "close" };

/** The main thread's end of a proxy worker. */
export type ProxyHost = WorkerHost<ProxyRequest>;
