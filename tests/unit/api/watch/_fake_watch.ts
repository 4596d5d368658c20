import { assert } from "@std/assert";
import { WatchFacet } from "../../../../api/watch/watch.ts";
import type { Kv } from "../../../../api/kv/kv.ts";
import {
  ClientClosedError,
  type ClientEvent,
  type Key,
  type KeyRange,
  type Watch,
  type WatchBatch,
  type WatchOptions,
  type WatchState,
} from "../../../../mod.ts";
import type {
  EventInit,
  WatchRequestInit,
  WatchResponseInit,
} from "../../../../proto/gen/messages.ts";
import { EventType } from "../../../../proto/gen/messages.ts";
import { fromBigInt, type Int64, toBigInt } from "../../../../proto/int64.ts";
import { FakeClock } from "../../support/_fake_clock.ts";
import { FakeOpener } from "../stream/_fake_opener.ts";
import { microtasks } from "../../balancers/transport/_fake_transport.ts";

const utf8 = new TextEncoder();
const NO_KV = {
  range: () => Promise.reject(new Error("no test reads here")),
} as unknown as Kv;

/** What watches end with when their client is closed. */
export const closed: ClientClosedError = new ClientClosedError(
  "Cannot watch: the client is closed",
  { code: "client_closed" },
);

/** What a create request asks for. */
export interface Created {
  readonly id: bigint;
  readonly start: bigint;
}

/** Watches of a client whose streams and clock a test plays. */
export class FakeWatches {
  readonly clock: FakeClock = new FakeClock();
  readonly opener: FakeOpener<WatchRequestInit, WatchResponseInit> =
    new FakeOpener("etcdserverpb.WatchResponse");
  readonly told: ClientEvent[] = [];
  readonly facet: WatchFacet;

  constructor(kv: Kv = NO_KV) {
    this.facet = new WatchFacet(this.opener.opener, kv, {
      clock: this.clock,
      onEvent: (event) => this.told.push(event),
    });
  }

  /** Starts a watch without a heartbeat, and lets it open a stream. */
  async watch(
    options: WatchOptions = {},
    range: Key | KeyRange = "k",
  ): Promise<Watch> {
    const watch = this.facet.watch(range, { heartbeat: false, ...options });
    await microtasks();
    return watch;
  }

  /** A watch that was created at a header revision. */
  async created(revision: bigint, options: WatchOptions = {}): Promise<Watch> {
    const watch = await this.watch(options);
    this.create(revision);
    await watch.ready;
    return watch;
  }

  /** What was asked for on the newest stream, in its order. */
  get creates(): readonly Created[] {
    return this.opener.last.sent.flatMap(({ createRequest }) =>
      createRequest
        ? [{
          id: toBigInt(createRequest.watchId as Int64),
          start: toBigInt(createRequest.startRevision as Int64),
        }]
        : []
    );
  }

  /** The start revision last asked for: one before the one that is next. */
  get start(): bigint {
    const last = this.creates.at(-1);
    assert(last, "no watch was asked for");
    return last.start;
  }

  /** The id last asked for. */
  get id(): bigint {
    return this.creates.at(-1)?.id ?? 0n;
  }

  /** The ids canceled on the newest stream. */
  get cancels(): readonly bigint[] {
    return this.opener.last.sent.flatMap(({ cancelRequest }) =>
      cancelRequest ? [toBigInt(cancelRequest.watchId as Int64)] : []
    );
  }

  /** How often the newest stream was asked for its progress. */
  get progressRequests(): number {
    return this.opener.last.sent.filter((one) => one.progressRequest).length;
  }

  /** A message from the server. */
  reply(
    message: Omit<WatchResponseInit, "header" | "watchId">,
    revision: bigint,
    id: bigint = this.id,
  ): void {
    this.opener.last.reply({
      header: { revision: fromBigInt(revision) },
      watchId: fromBigInt(id),
      ...message,
    });
  }

  create(revision: bigint, id: bigint = this.id): void {
    this.reply({ created: true }, revision, id);
  }

  /** Events of these revisions, in one message. */
  events(revisions: readonly bigint[], id: bigint = this.id): void {
    this.reply(
      { events: revisions.map((revision) => put(revision)) },
      revisions.at(-1) ?? 0n,
      id,
    );
  }

  /** The stream ends, and is opened again as soon as may be. */
  async drop(): Promise<void> {
    this.opener.last.end();
    await this.reopen();
  }

  async reopen(): Promise<void> {
    const before = this.opener.streams.length;
    for (let waits = 0; waits < 100; waits++) {
      this.clock.advance(100);
      await microtasks();
      if (this.opener.streams.length > before) return;
    }
    throw new Error("the stream was not opened again");
  }
}

/** A put of `k` at a revision. */
export function put(revision: bigint, key = "k", value = ""): EventInit {
  return {
    type: EventType.PUT,
    kv: {
      key: utf8.encode(key),
      value: utf8.encode(value),
      modRevision: fromBigInt(revision),
    },
  };
}

/** A deletion of `k` at a revision. */
export function deletion(revision: bigint, key = "k"): EventInit {
  return {
    type: EventType.DELETE,
    kv: { key: utf8.encode(key), modRevision: fromBigInt(revision) },
  };
}

/** Keeps what a watch delivers, as it comes. */
export class Received {
  readonly batches: WatchBatch[] = [];
  error: unknown;
  readonly done: Promise<void>;

  constructor(watch: Watch) {
    this.done = this.#read(watch);
  }

  /** The revisions of all events, batch by batch. */
  get revisions(): readonly (readonly bigint[])[] {
    return this.batches.map(({ events }) =>
      events.map(({ kv }) => kv.modRevision)
    );
  }

  async #read(watch: Watch): Promise<void> {
    try {
      for await (const batch of watch) this.batches.push(batch);
    } catch (error) {
      this.error = error;
    }
  }
}

/** Keeps the kinds of the states it is told. */
export function stateKinds(): {
  readonly kinds: string[];
  readonly onStateChange: (state: WatchState) => void;
} {
  const kinds: string[] = [];
  return { kinds, onStateChange: ({ kind }) => void kinds.push(kind) };
}
