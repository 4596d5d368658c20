import { type Client, prefix, type WatchEvent } from "../../../../mod.ts";

/** The rounds of a double barrier, as the history of the store has them. */
export class Rounds {
  opened = 0;
  left = 0;
  /** What must not be. */
  readonly faults: string[] = [];
  readonly #count: number;
  /** The revision that made each key of those who are there. */
  readonly #there = new Map<string, bigint>();
  readonly #openings: bigint[] = [];
  /** The most that were there at once since it was last opened. */
  #most = 0;

  constructor(count: number) {
    this.#count = count;
  }

  /** Reads all up to now. Who has left has put its revision at `NAME/left`. */
  async read(
    client: Client,
    { name, startRevision }: {
      readonly name: string;
      readonly startRevision: bigint;
    },
  ): Promise<void> {
    const last = await client.put(`${name}/over`, "");
    await using watch = client.watch(prefix(`${name}/`), { startRevision });
    for await (const event of watch.events()) {
      if (event.kv.modRevision === last.header.revision) return;
      this.#note(event, event.kv.key.text().slice(name.length + 1));
    }
  }

  #note({ type, kv }: WatchEvent, key: string): void {
    if (key.startsWith("waiters/")) {
      if (type === "put") this.#there.set(key, kv.createRevision);
      else this.#there.delete(key);
      const since = this.#openings.at(-1) ?? 0n;
      const now = this.#thereAt((revision) => revision > since);
      this.#most = Math.max(this.#most, now);
    } else if (key === "ready" && type === "put") {
      if (this.#most < this.#count) {
        this.faults.push(`opened with ${this.#most} at ${kv.modRevision}`);
      }
      this.opened++;
      this.#openings.push(kv.modRevision);
      this.#most = 0;
    } else if (key === "left") {
      this.left++;
      const revision = BigInt(kv.value.text());
      const opening = this.#openings.find((one) => one > revision) ?? 0n;
      const others = this.#thereAt((one) => one <= opening);
      if (opening > 0n && others === 0) return;
      this.faults.push(`${others} were there when ${revision} had left`);
    }
  }

  #thereAt(isMeant: (revision: bigint) => boolean): number {
    return [...this.#there.values()].filter(isMeant).length;
  }
}
