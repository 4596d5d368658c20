import { fromBigInt, type Int64, toBigInt } from "../../../../proto/int64.ts";
import type { FakeWatches } from "./_fake_watch.ts";

/**
 * A store without events that serves watches as newer servers do: it tells no
 * progress as long as the start of one lies ahead of it.
 */
export class FakeWatchStore {
  revision: bigint;
  /** The oldest revision that is left. */
  oldest = 0n;
  /** Whether watches still catch up, and no progress is told. */
  catchingUp = false;

  constructor(fake: FakeWatches, revision: bigint) {
    this.revision = revision;
    fake.opener.onRequest = ({ createRequest, progressRequest }) => {
      if (createRequest) {
        this.#create(fake, toBigInt(createRequest.watchId as Int64));
      }
      if (progressRequest) this.#progress(fake);
    };
  }

  #create(fake: FakeWatches, id: bigint): void {
    fake.create(this.revision, id);
    const asked = fake.creates.find((one) => one.id === id);
    if (asked === undefined || asked.start === 0n) return;
    if (asked.start >= this.oldest) return;
    const compactRevision = fromBigInt(this.oldest);
    // As there, its header has no revision.
    fake.reply({ canceled: true, compactRevision }, 0n, id);
  }

  #progress(fake: FakeWatches): void {
    const ahead = fake.creates.some(({ id, start }) =>
      start > this.revision && !fake.cancels.includes(id)
    );
    if (!ahead && !this.catchingUp) fake.reply({}, this.revision, -1n);
  }
}
