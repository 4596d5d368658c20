import type { BalancerEvent } from "../../mod.ts";
import type { Cluster } from "../harness/mod.ts";
import type { TimelineEvent } from "./recording.ts";

/** Keeps what the clients of one run tell, and what the scenario notes. */
export class Timeline {
  readonly #entries: (Omit<TimelineEvent, "member"> & {
    readonly endpoint: string | undefined;
  })[] = [];

  /** Takes a client's `onEvent`. */
  onBalancerEvent(event: BalancerEvent): void {
    if (event.type === "pin") {
      this.#add("pin", { endpoint: event.to });
    } else {
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

  /** What happened, in its order, with times since `startedAt`. */
  eventsSince(startedAt: number, cluster: Cluster): readonly TimelineEvent[] {
    return this.#entries.map(({ endpoint, atMs, ...rest }) => ({
      ...rest,
      atMs: atMs - startedAt,
      member: cluster.members.find((member) => member.endpoint === endpoint)
        ?.name,
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
