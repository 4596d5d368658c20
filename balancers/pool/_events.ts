import type { PooledConnection } from "./_pooled_connection.ts";
import type { ConnectionState } from "../sub_connection.ts";
import type { Standing, StrategySnapshot } from "../strategy.ts";
import type { BalancerEvent } from "../view.ts";

type ConnectionEvent = Extract<BalancerEvent, { readonly state: unknown }>;

/** Turns the changes of a pool into events for its listener. */
export class PoolEvents {
  readonly #tell: (event: BalancerEvent) => void;
  #pin: string | undefined;
  #avoided: readonly string[] = [];
  readonly #standings = new Map<string, Standing>();

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

  /** A late call is sent a second time. */
  hedged(endpoint: string, to: string): void {
    this.#tell({ type: "hedged", endpoint, to });
  }

  /** The strategy has had its turn. */
  decided({ pin, avoided, trust }: StrategySnapshot): void {
    if (trust !== undefined) this.#trust(trust);
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

  #trust(trust: NonNullable<StrategySnapshot["trust"]>): void {
    for (const { endpoint, standing } of trust) {
      const before = this.#standings.get(endpoint) ?? "new";
      this.#standings.set(endpoint, standing);
      if (standing === before || standing === "new") continue;
      this.#tell({ type: standing, endpoint });
    }
    for (const endpoint of this.#standings.keys()) {
      if (trust.some((one) => one.endpoint === endpoint)) continue;
      this.#standings.delete(endpoint);
    }
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
