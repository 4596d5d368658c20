import type { PooledConnection } from "./_pooled_connection.ts";
import type { ConnectionState, StrategySnapshot } from "../strategy.ts";
import type { BalancerEvent } from "../view.ts";

type ConnectionEvent = Extract<BalancerEvent, { readonly state: unknown }>;

/** Turns the changes of a pool into events for its listener. */
export class PoolEvents {
  readonly #tell: (event: BalancerEvent) => void;
  #pin: string | undefined;
  #avoided: readonly string[] = [];

  constructor(tell: (event: BalancerEvent) => void) {
    this.#tell = tell;
  }

  /** A connection has changed its state. */
  changed(connection: PooledConnection, before: ConnectionState): void {
    const { endpoint, state, lastError } = connection;
    const type = typeOf(before, state);
    // What failed earlier is no reason for the states that come after it.
    const error = type === "failed" || type === "lost" ? lastError : undefined;
    this.#tell({ type, endpoint, state, error });
  }

  /** The strategy has had its turn. */
  decided({ pin, avoided }: StrategySnapshot): void {
    const before = this.#avoided;
    const now = this.#avoided = avoided.map(({ endpoint }) => endpoint);
    for (const endpoint of now) {
      if (!before.includes(endpoint)) {
        this.#tell({ type: "unhealthy", endpoint });
      }
    }
    for (const endpoint of before) {
      if (!now.includes(endpoint)) this.#tell({ type: "healthy", endpoint });
    }
    if (pin === this.#pin) return;
    const from = this.#pin;
    this.#pin = pin;
    this.#tell({ type: "switch", from, to: pin });
  }
}

function typeOf(
  before: ConnectionState,
  now: ConnectionState,
): ConnectionEvent["type"] {
  if (now !== "connecting" && now !== "failing") return now;
  if (before === "ready") return "lost";
  return now === "failing" ? "failed" : now;
}
