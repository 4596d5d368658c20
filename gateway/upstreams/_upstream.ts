import { HistogramRecorder } from "../_histogram.ts";
import type { Target } from "../names/mod.ts";
import type { Tunnel } from "../tunnel/mod.ts";
import type { EndpointStatus } from "../view.ts";

/** An endpoint: whether it can be tried, and the traffic through it. */
export class Upstream {
  /** The connections that are passed on to it now. */
  readonly tunnels: Set<Tunnel> = new Set<Tunnel>();
  /** The dials of it for clients; aborting one gives it up. */
  readonly dialing: Set<AbortController> = new Set<AbortController>();
  readonly #dials = new HistogramRecorder();
  #target: Target;
  #state: EndpointStatus["state"] = "active";
  #lastError: string | undefined;
  #connections = 0;
  #failedDials = 0;
  #bytesToMember = 0;
  #bytesToClient = 0;

  constructor(target: Target) {
    this.#target = target;
  }

  get target(): Target {
    return this.#target;
  }

  get address(): string {
    return this.#target.address;
  }

  get priority(): number {
    return this.#target.priority;
  }

  get weight(): number {
    return this.#target.weight;
  }

  get state(): EndpointStatus["state"] {
    return this.#state;
  }

  /** Takes over priority and weight; the address stays. */
  update(target: Target): void {
    this.#target = target;
  }

  /** Makes it active again; returns whether that changed anything. */
  activate(): boolean {
    if (this.#state !== "inactive") return false;
    this.#state = "active";
    this.#lastError = undefined;
    return true;
  }

  /** Leaves it out for now; returns whether that changed anything. */
  deactivate(error: Error): boolean {
    this.#lastError = error.message;
    if (this.#state !== "active") return false;
    this.#state = "inactive";
    return true;
  }

  /** Leaves it out for good. */
  exclude(error: Error): void {
    this.#lastError = error.message;
    this.#state = "excluded";
  }

  /** Counts a dial that led to a connection. */
  connected(dialMs: number): void {
    this.#dials.add(dialMs);
    this.#connections++;
  }

  /** Counts a dial that failed. */
  dialFailed(): void {
    this.#failedDials++;
  }

  readonly countToMember = (bytes: number): void => {
    this.#bytesToMember += bytes;
  };

  readonly countToClient = (bytes: number): void => {
    this.#bytesToClient += bytes;
  };

  /** The state and the figures of the endpoint now. */
  status(): EndpointStatus {
    return {
      endpoint: this.address,
      state: this.#state,
      priority: this.priority,
      weight: this.weight,
      lastError: this.#lastError,
      open: this.tunnels.size,
      connections: this.#connections,
      failedDials: this.#failedDials,
      bytesToMember: this.#bytesToMember,
      bytesToClient: this.#bytesToClient,
      dialTime: this.#dials.read(),
    };
  }
}
