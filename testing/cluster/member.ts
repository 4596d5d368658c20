import type { FaultProxy } from "../proxy/fault_proxy.ts";

/** One etcd server of a {@linkcode Cluster}. */
export interface Member {
  /** `m1`, `m2` and so on. */
  readonly name: string;
  /** The member id, as etcd gives it in its replies. */
  readonly id: bigint;
  /** Where clients under test connect to: the fault proxy. */
  readonly endpoint: string;
  /** The server itself, past the fault proxy. */
  readonly directEndpoint: string;
  /** The fault proxy before its client port. */
  readonly proxy: FaultProxy;
  /** Whether the process is there; a frozen one is. */
  readonly running: boolean;
  /** Whether the process is stopped by {@linkcode freeze}. */
  readonly frozen: boolean;
  /** Sends SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
  /** Sends SIGTERM; resolves when the process is gone. */
  stop(): Promise<void>;
  /** Sends SIGSTOP; resolves when the process stands still. */
  freeze(): Promise<void>;
  /** Sends SIGCONT. */
  thaw(): Promise<void>;
  /**
   * Starts it again on the same ports and data, killing it first if it runs.
   * Resolves when it serves, for which a majority must be up.
   */
  restart(): Promise<void>;
  /** Its own metrics, in Prometheus' text form. */
  metrics(): Promise<string>;
}
