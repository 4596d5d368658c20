import { codecOf } from "../../../proto/_codec.ts";
import {
  EventType,
  type WatchRequest,
  type WatchResponseInit,
} from "../../../proto/gen/messages.ts";
import { fromBigInt, type Int64 } from "../../../proto/int64.ts";
import { methods } from "../../../proto/methods.ts";
import { FakeServer, type FakeStream } from "../../harness/mod.ts";

/** The path of a put. */
export const PUT: string = methods.kv.put.path;
/** The path of a range. */
export const RANGE: string = methods.kv.range.path;
/** The path of a watch. */
export const WATCH: string = methods.watch.watch.path;
const REQUEST = codecOf("etcdserverpb.WatchRequest");
const REPLY = codecOf("etcdserverpb.WatchResponse");
/** An answer. */
export const DONE: Uint8Array = new Uint8Array();
const HANG = { kind: "hang" } as const;

const KEY = new TextEncoder().encode("k");
export const EVENT_REVISION = 7n;

/** Three scripted servers, of which the first keeps two puts and a watch. */
export class Trio implements AsyncDisposable {
  readonly servers: readonly FakeServer[];
  readonly going: FakeServer;
  readonly #firstPut = Promise.withResolvers<Uint8Array>();
  #watch: { readonly stream: FakeStream; readonly watchId: Int64 } | undefined;

  private constructor(going: FakeServer, others: readonly FakeServer[]) {
    this.going = going;
    this.servers = [going, ...others];
    for (const server of this.servers) {
      server.handle(PUT, () => DONE).handle(RANGE, () => DONE);
    }
    going.handle(PUT, ({ count }) => {
      if (count === 1) return this.#firstPut.promise;
      return count === 2 ? HANG : DONE;
    }).handleStream(WATCH, async (stream) => {
      for await (const bytes of stream.messages) {
        const { createRequest } = REQUEST.decode(bytes) as WatchRequest;
        if (createRequest) this.#create(stream, createRequest.watchId);
      }
    });
  }

  static async start(): Promise<Trio> {
    const going = await FakeServer.start();
    return new Trio(going, [
      await FakeServer.start(),
      await FakeServer.start(),
    ]);
  }

  answerFirstPut(): void {
    this.#firstPut.resolve(DONE);
  }

  /** Sends an event on the stream that was opened before all else. */
  sendEvent(): void {
    if (this.#watch === undefined) throw new Error("Cannot send: no watch");
    const { stream, watchId } = this.#watch;
    send(stream, {
      watchId,
      events: [{
        type: EventType.PUT,
        kv: { key: KEY, modRevision: fromBigInt(EVENT_REVISION) },
      }],
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.answerFirstPut();
    for (const server of this.servers) await server.close();
  }

  #create(stream: FakeStream, watchId: Int64): void {
    this.#watch = { stream, watchId };
    send(stream, { watchId, created: true });
  }
}

function send(stream: FakeStream, reply: WatchResponseInit): void {
  const revision = fromBigInt(EVENT_REVISION - 1n);
  stream.send(REPLY.encode({ header: { revision }, ...reply }));
}
