import type { ClientEvent, ClientOptions } from "../../../mod.ts";
import type { Timeline } from "../recording/timeline.ts";

/** Counts what clients tell of, beside the timeline. */
export class EventCounts {
  /** Gives the events to this. */
  readonly client: Pick<ClientOptions, "onEvent">;
  readonly #counts = new Map<ClientEvent["type"], number>();

  constructor(timeline: Timeline) {
    this.client = {
      onEvent: (event) => {
        timeline.onClientEvent(event);
        this.#counts.set(event.type, this.of(event.type) + 1);
      },
    };
  }

  /** How often there was an event of a type. */
  of(type: ClientEvent["type"]): number {
    return this.#counts.get(type) ?? 0;
  }
}
