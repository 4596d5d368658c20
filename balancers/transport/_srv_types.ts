/** An SRV record. */
export interface SrvAnswer {
  readonly target: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
}

/** The way to ask for records. */
export interface SrvQuery {
  /** The name server to ask. @default {the system's} */
  readonly nameServer?:
    | { readonly ipAddr: string; readonly port: number }
    | undefined;
  readonly signal?: AbortSignal | undefined;
}
