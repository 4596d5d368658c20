import type { FaultProxy } from "../proxy/mod.ts";

/** One etcd server of a {@linkcode TestCluster}. */
export interface Member {
  /** `m1`, `m2` and so on. */
  readonly name: string;
  /** The member id, as etcd gives it in its replies. */
  readonly id: bigint;
  /** The address for clients under test: the fault proxy. */
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
  /**
   * Sends SIGTERM; resolves when the process is gone.
   *
   * @throws {TestingError} If it is there after 30 s.
   */
  stop(): Promise<void>;
  /**
   * Sends SIGSTOP; resolves when the process stands still.
   *
   * @throws {TestingError} If it does not run.
   */
  freeze(): Promise<void>;
  /** Sends SIGCONT. */
  thaw(): Promise<void>;
  /**
   * Starts it again on the same ports and data, killing it first if it runs.
   * Resolves when it serves, for which a majority must be up.
   *
   * @throws {TestingError} If it ends, or does not serve within 30 s.
   */
  restart(): Promise<void>;
  /** The member's own metrics, in Prometheus' text form. */
  metrics(): Promise<string>;
  /** Everything it has printed since it was started first. */
  log(): Promise<string>;
}
