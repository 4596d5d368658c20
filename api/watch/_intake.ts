import type { Event, WatchResponse } from "../../proto/gen/messages.ts";
import type { Relist } from "./_relist.ts";
import { eventsFrom } from "./_codec.ts";
import type { WatchPosition } from "./_position.ts";
import { toHeader } from "../values/mod.ts";
import type { WatchBatch, WatchEvent, WatchOptions } from "./types.ts";

/** Parts of an intake. */
export interface WatchIntakeParts {
  /** Moves on with each message. */
  readonly position: WatchPosition;
  /** Takes note of each event. */
  readonly relist: Relist | undefined;
  /** Says which events the caller wants. */
  readonly options: WatchOptions;
}

/** Turns the messages for a watch into batches of whole revisions. */
export class WatchIntake {
  readonly #parts: WatchIntakeParts;
  #fragments: Event[] = [];

  constructor(parts: WatchIntakeParts) {
    this.#parts = parts;
  }

  /** The batch that a message completes, if there is one to deliver. */
  take(wire: WatchResponse): WatchBatch | undefined {
    if (wire.fragment) {
      this.#fragments.push(...wire.events);
      return undefined;
    }
    const parts = this.#whole(wire.events);
    const { position, options, relist } = this.#parts;
    const header = toHeader(wire.header);
    if (parts.length === 0) {
      const isNews = position.progress(header.revision);
      return isNews && options.progressNotify
        ? { header, events: [], origin: "stream" }
        : undefined;
    }
    const events = eventsFrom(position.next, parts, options);
    const last = events.at(-1);
    if (last === undefined) return undefined;
    position.received(last.kv.modRevision);
    relist?.note(events);
    const wanted = this.#wanted(events);
    if (wanted.length === 0) return undefined;
    return { header, events: wanted, origin: "stream" };
  }

  /** The batch of a relist; `undefined` as long as the start lies ahead. */
  relisted(batch: WatchBatch): WatchBatch | undefined {
    const { revision } = batch.header;
    if (!this.#parts.position.readAgain(revision)) return undefined;
    return { ...batch, events: this.#wanted(batch.events) };
  }

  /** Drops fragments: the rest of them will not come. */
  clear(): void {
    this.#fragments = [];
  }

  /** These events, behind those of the fragments before them. */
  #whole(events: readonly Event[]): readonly Event[] {
    if (this.#fragments.length === 0) return events;
    const whole = [...this.#fragments, ...events];
    this.#fragments = [];
    return whole;
  }

  #wanted(events: readonly WatchEvent[]): readonly WatchEvent[] {
    const { noPut, noDelete } = this.#parts.options;
    const asked = this.#parts.position.asked(events);
    if (!noPut && !noDelete) return asked;
    return asked.filter(({ type }) => !(type === "put" ? noPut : noDelete));
  }
}
