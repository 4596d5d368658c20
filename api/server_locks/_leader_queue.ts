import type { KeyValue } from "../values/mod.ts";

// For a slow reader only so many are kept.
const MOST_KEPT = 1_000;

/** Leaders that were received and not read yet, for one reader. */
export class LeaderQueue {
  readonly #leaders: KeyValue[] = [];
  #end: { readonly reason: unknown } | undefined;
  #wake = () => {};

  /** Adds a leader. The oldest that was not read may be dropped for it. */
  push(leader: KeyValue): void {
    this.#leaders.push(leader);
    if (this.#leaders.length > MOST_KEPT) this.#leaders.shift();
    this.#wake();
  }

  /** Ends the queue, for this reason. */
  end(reason: unknown, unread: "keep" | "drop"): void {
    if (unread === "drop") this.#leaders.length = 0;
    this.#end = { reason };
    this.#wake();
  }

  /** The next leader, or the reason of the end, which is thrown. */
  async next(): Promise<KeyValue> {
    for (;;) {
      const leader = this.#leaders.shift();
      if (leader !== undefined) return leader;
      if (this.#end !== undefined) throw this.#end.reason;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }
}
