import { SnapshotStream } from "../../../../api/cluster/_snapshot.ts";
import type {
  SnapshotRequestInit,
  SnapshotResponseInit,
} from "../../../../proto/gen/messages.ts";
import { waitFor } from "../../../harness/mod.ts";
import { FakeClock } from "../../support/_fake_clock.ts";
import {
  FakeOpener,
  type FakeStream,
  unavailable,
} from "../stream/_fake_opener.ts";

type Stream = FakeStream<SnapshotRequestInit, SnapshotResponseInit>;

interface SnapshotTimes {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** A snapshot from a server that does as told. */
export class SnapshotSubject {
  readonly clock: FakeClock = new FakeClock();
  readonly opener: FakeOpener<SnapshotRequestInit, SnapshotResponseInit> =
    new FakeOpener("etcdserverpb.SnapshotResponse");
  readonly snapshot: SnapshotStream;
  readonly reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;

  constructor({ timeoutMs = 5_000, signal }: SnapshotTimes = {}) {
    const { opener: { opener }, clock } = this;
    const settings = { timeoutMs, signal, clock };
    this.snapshot = new SnapshotStream(opener, settings);
    this.reader = this.snapshot.getReader();
  }

  /** The newest stream, when it was asked for a message. */
  async asked(count = 1): Promise<Stream> {
    await waitFor("a stream that is read", () => {
      const last = this.opener.streams.at(-1);
      return last !== undefined && last.live && last.asked >= count;
    });
    return this.opener.last;
  }

  /** Ends the stream that is read, and lets the pause after it pass. */
  async fail(): Promise<void> {
    (await this.asked()).end(unavailable());
    // That of the read, and the pause.
    await waitFor("a pause", () => this.clock.pending === 2);
    this.clock.advance(50);
  }

  /** Reads all there is, while the server sends these blobs. */
  async readAll(blobs: readonly Uint8Array[]): Promise<Uint8Array> {
    const all = this.#rest();
    all.catch(() => {});
    let count = 0;
    for (const blob of blobs) (await this.asked(++count)).reply({ blob });
    (await this.asked(++count)).done();
    return await all;
  }

  async #rest(): Promise<Uint8Array> {
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    for (;;) {
      const { done, value } = await this.reader.read();
      if (done) return new Uint8Array(await new Blob(chunks).arrayBuffer());
      chunks.push(value);
    }
  }
}
