import type { Signal } from "./supervised.ts";

/** A request of the main thread to the process worker. */
export type ProcessRequest =
  | { readonly op: "root"; readonly prefix: string }
  | {
    readonly op: "start";
    readonly command: readonly string[];
    readonly log: string;
  }
  | { readonly op: "signal"; readonly pid: number; readonly signal: Signal }
  | { readonly op: "close" };

/** An event that the process worker tells. */
export interface ProcessEvent {
  readonly kind: "exited";
  readonly pid: number;
}
