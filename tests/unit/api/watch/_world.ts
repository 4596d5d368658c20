import type {
  EventInit,
  WatchRequestInit,
} from "../../../../proto/gen/messages.ts";
import { fromBigInt, type Int64, toBigInt } from "../../../../proto/int64.ts";
import { deletion, type FakeWatches, put } from "./_fake_watch.ts";

/** A watch on the server. */
interface Served {
  /** The first revision that was not sent. */
  next: bigint;
  /** The events of a revision of which only fragments were sent. */
  rest: EventInit[];
}

/** What becomes of the ids that are asked for: on members, proxies, kine. */
export type WatchIdRule = "heeded" | "ignored" | "refused";

/**
 * A history, and members that serve watches on it: behind or not, in messages
 * of any size and fragments of any number, until the stream is lost.
 */
export class WatchWorld {
  /** The keys that each revision wrote, from revision 2 on. */
  readonly history: (readonly string[])[] = [];
  compacted = 0n;
  readonly #fake: FakeWatches;
  readonly #below: (limit: number) => number;
  readonly #served = new Map<bigint, Served>();
  /** The newest revision of the member that has the stream. */
  #visible = 1n;
  #streams = 0;
  #heard = 0;

  /** What was asked for and is not created yet: by a proxy, in any order. */
  #asked: Served[] = [];
  #lastId = -1n;
  readonly #ids: WatchIdRule;

  constructor(
    fake: FakeWatches,
    below: (limit: number) => number,
    { ids }: { readonly ids: WatchIdRule },
  ) {
    this.#fake = fake;
    this.#below = below;
    this.#ids = ids;
  }

  get revision(): bigint {
    return BigInt(this.history.length) + 1n;
  }

  keysAt(revision: bigint): readonly string[] {
    return this.history[Number(revision) - 2] ?? [];
  }

  write(): void {
    const keys = ["a", "b", "c"].slice(this.#below(3));
    this.history.push(keys);
  }

  /** The member learns of some revisions. */
  catchUp(most: bigint): void {
    this.hear();
    const ahead = this.revision - this.#visible;
    this.#visible += ahead < most ? ahead : most;
  }

  /** Forgets what is older than a revision that there is. */
  compact(): void {
    const least = this.compacted + 1n;
    if (this.#visible <= least) return;
    this.compacted = least +
      BigInt(this.#below(Number(this.#visible - least)));
  }

  /** Serves what was asked for, on whichever stream it was. */
  hear(): void {
    const { opener } = this.#fake;
    if (opener.streams.length !== this.#streams) {
      this.#streams = opener.streams.length;
      this.#heard = 0;
      this.#served.clear();
      this.#asked = [];
      this.#lastId = -1n;
      // Another member, which may be behind.
      this.#visible = this.revision - BigInt(this.#below(3));
      if (this.#visible < 1n) this.#visible = 1n;
      if (this.#visible < this.compacted) this.#visible = this.compacted;
    }
    if (!opener.streams.at(-1)?.live) return;
    for (; this.#heard < opener.last.sent.length; this.#heard++) {
      const request = opener.last.sent[this.#heard];
      if (request) this.#answer(request);
    }
  }

  /** Sends a watch some revisions in a message, or a fragment. */
  send(most: number): void {
    this.hear();
    this.#createOne();
    const ids = [...this.#served.keys()];
    const id = ids[this.#below(ids.length)];
    const served = id === undefined ? undefined : this.#served.get(id);
    if (id === undefined || served === undefined) return;
    const { rest } = served;
    if (rest.length === 0 && served.next < this.compacted) {
      return this.#cancel(id);
    }
    for (let count = 0; count < most && served.next <= this.#visible; count++) {
      rest.push(...this.#events(served.next++));
    }
    if (rest.length === 0) return this.#progress(id, served);
    const whole = this.#below(3) > 0;
    const events = rest.splice(0, whole ? rest.length : 1);
    const fragment = rest.length > 0;
    this.#fake.reply({ events, fragment }, this.#visible, id);
  }

  /** Nothing is left to be sent. */
  get done(): boolean {
    this.hear();
    return this.#visible === this.revision && this.#asked.length === 0 &&
      [...this.#served.values()].every(({ next, rest }) =>
        next > this.revision && rest.length === 0
      );
  }

  #answer({ createRequest, cancelRequest }: WatchRequestInit): void {
    if (cancelRequest) {
      const id = toBigInt(cancelRequest.watchId as Int64);
      this.#served.delete(id);
      this.#fake.reply({ canceled: true }, this.#visible, id);
    }
    if (!createRequest) return;
    const id = toBigInt(createRequest.watchId as Int64);
    const start = toBigInt(createRequest.startRevision as Int64);
    const served = {
      next: start === 0n ? this.#visible + 1n : start,
      rest: [],
    };
    if (this.#ids === "refused" && id !== 0n) {
      const cancelReason = "no id, please";
      const refused = { created: true, canceled: true, cancelReason };
      return this.#fake.reply(refused, this.#visible, -1n);
    }
    if (this.#ids !== "heeded") {
      this.#asked.push(served);
      return;
    }
    this.#served.set(id, served);
    this.#fake.create(this.#visible, id);
  }

  /** What heeds none gives ids of its own. */
  #createOne(): void {
    const [served] = this.#asked.splice(this.#below(this.#asked.length), 1);
    if (served === undefined) return;
    const id = ++this.#lastId;
    this.#served.set(id, served);
    this.#fake.create(served.next - 1n, id);
  }

  #cancel(id: bigint): void {
    this.#served.delete(id);
    const compactRevision = fromBigInt(this.compacted);
    this.#fake.reply({ canceled: true, compactRevision }, 0n, id);
  }

  /** Tells that it has everything the member has, or that all have. */
  #progress(id: bigint, { next }: Served): void {
    if (next <= this.#visible) return;
    const all = [...this.#served.values()].every(({ next, rest }) =>
      next > this.#visible && rest.length === 0
    );
    const told = all && this.#below(2) === 0 ? -1n : id;
    this.#fake.reply({}, this.#visible, told);
  }

  #events(revision: bigint): EventInit[] {
    return this.keysAt(revision).map((key) =>
      revision % 5n === 0n ? deletion(revision, key) : put(revision, key)
    );
  }
}
