import type { FaultMode, ProxyStats } from "./fault_mode.ts";

/** What the main thread asks of the proxy worker. */
export type ProxyRequest =
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

/** A request with the number its answer carries. */
export interface ProxyMessage {
  readonly id: number;
  readonly request: ProxyRequest;
}

/** What an answer may carry. */
export type ProxyValue = ProxyStats | number | null;

/** What the worker answers: every request has exactly one answer. */
export type ProxyAnswer =
  | { readonly id: number; readonly error: string; readonly code?: string }
  | { readonly id: number; readonly value: ProxyValue };
