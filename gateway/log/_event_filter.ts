import type { Clock } from "../../balancers/transport/mod.ts";
import { type RepeatLimit, Repeats } from "./_repeats.ts";
import type { GatewayEvent } from "../view.ts";

/** Refused clients come in crowds, as do failures to accept them. */
const CROWD: RepeatLimit = { everyMs: 10_000 };
/** A state that lasts: each look at it says the same. */
const STATE: RepeatLimit = { everyMs: 60_000 };
/** An endpoint that comes and goes. */
const CHANGES: RepeatLimit = { everyMs: 60_000, times: 5 };

/** Leaves out events that say nothing new, and counts them. */
export class EventFilter {
  readonly #crowds: Repeats;
  readonly #states: Repeats;
  readonly #changes: Repeats;
  /** Endpoints whose failure was told: the return of others is not. */
  readonly #down = new Set<string>();
  /** The text of what discovery found last, by the type of event. */
  readonly #found = new Map<GatewayEvent["type"], string>();

  constructor(clock: Pick<Clock, "now">) {
    this.#crowds = new Repeats(CROWD, clock);
    this.#states = new Repeats(STATE, clock);
    this.#changes = new Repeats(CHANGES, clock);
  }

  /** The number of events like this one that a line is for; 0: no line. */
  due(event: GatewayEvent): number {
    switch (event.type) {
      case "refused":
        return this.#crowds.due(event.reason);
      case "accept_failed":
      case "dial_given_up":
        return this.#crowds.due(event.type);
      case "refresh_failed":
        return this.#states.due(event.type);
      case "discovered":
      case "validating":
      case "validated":
        return this.#dueIfChanged(event.type, event.endpoints);
      case "validation_failed":
        return this.#dueIfChanged(event.type, event.rejected);
      case "deactivated":
        return this.#fell(event.endpoint, this.#changes);
      case "still_inactive":
        return this.#fell(event.endpoint, this.#states);
      case "activated":
        return this.#down.delete(event.endpoint) ? 1 : 0;
      default:
        return 1;
    }
  }

  /** Discovery looks again and again: only what has changed is worth a line. */
  #dueIfChanged(type: GatewayEvent["type"], found: unknown): number {
    const text = JSON.stringify(found);
    if (this.#found.get(type) === text) return 0;
    this.#found.set(type, text);
    return 1;
  }

  #fell(endpoint: string, repeats: Repeats): number {
    const count = repeats.due(endpoint);
    if (count > 0) this.#down.add(endpoint);
    return count;
  }
}
