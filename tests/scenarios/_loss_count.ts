import type { BalancerEvent, ConnectionState } from "../../mod.ts";

/** Takes note of connections that are lost, not given up by the strategy. */
export class LossCount {
  /** When each was lost, by the monotonic clock. */
  readonly times: number[] = [];
  readonly #states = new Map<string, ConnectionState>();

  /** Takes a client's `onEvent`. */
  onEvent(event: BalancerEvent): void {
    if (event.type !== "state") return;
    const { endpoint, state } = event;
    const before = this.#states.get(endpoint);
    this.#states.set(endpoint, state);
    if (before !== "ready" || state === "idle" || state === "closed") return;
    this.times.push(performance.now());
  }
}
