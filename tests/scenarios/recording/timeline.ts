import type { ClientEvent } from "../../../mod.ts";
import type { Member } from "../../harness/mod.ts";
import type { TimelineEvent } from "./recording.ts";

/** What a timeline has to know of a cluster. */
export interface TimelineMembers {
  readonly members: readonly Pick<Member, "name" | "endpoint" | "proxy">[];
}

/** Keeps what the clients of one run tell, and what the scenario notes. */
export class Timeline {
  readonly #entries: (Omit<TimelineEvent, "member"> & {
    readonly endpoint: string | undefined;
  })[] = [];

  /** Takes a client's `onEvent`. */
  onClientEvent(event: ClientEvent): void {
    if (event.type === "switch") {
      this.#add("pin", { endpoint: event.to });
    } else if ("state" in event) {
      this.#add(event.state, { endpoint: event.endpoint, text: event.error });
    }
  }

  /** A watch has delivered an event. */
  delivered(): void {
    this.#add("delivery", {});
  }

  /** Anything else worth a word. */
  note(text: string): void {
    this.#add("note", { text });
  }

  /**
   * Adds the pings of the clients, as the proxies have seen them since they
   * were last reset: once, as the recording ends.
   */
  async addPings({ members }: TimelineMembers): Promise<void> {
    for (const { endpoint, proxy } of members) {
      for (const timeMs of (await proxy.stats()).pingTimesMs) {
        const atMs = timeMs - performance.timeOrigin;
        this.#entries.push({ atMs, kind: "ping", endpoint, text: undefined });
      }
    }
    this.#entries.sort((a, b) => a.atMs - b.atMs);
  }

  /** What happened, in its order, with times since `startedAt`. */
  eventsSince(
    startedAt: number,
    { members }: TimelineMembers,
  ): readonly TimelineEvent[] {
    return this.#entries.map(({ endpoint, atMs, ...rest }) => ({
      ...rest,
      atMs: atMs - startedAt,
      member: members.find((member) => member.endpoint === endpoint)?.name,
    }));
  }

  #add(
    kind: TimelineEvent["kind"],
    { endpoint, text }: {
      endpoint?: string | undefined;
      text?: string | undefined;
    },
  ): void {
    this.#entries.push({ atMs: performance.now(), kind, endpoint, text });
  }
}
