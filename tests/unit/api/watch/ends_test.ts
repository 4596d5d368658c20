// However a server ends a stream, over real sockets: the watch goes on.
import { assert, assertEquals } from "@std/assert";
import { BALANCER_NAMES } from "../../../../balancers/mod.ts";
import { Client } from "../../../../mod.ts";
import { codecOf } from "../../../../proto/_codec.ts";
import type {
  WatchCreateRequest,
  WatchRequest,
  WatchResponseInit,
} from "../../../../proto/gen/messages.ts";
import { fromBigInt, toBigInt } from "../../../../proto/int64.ts";
import { methods } from "../../../../proto/methods.ts";
import {
  FakeServer,
  FakeStatus,
  type FakeStream,
  waitFor,
} from "../../../harness/mod.ts";
import { put } from "./_fake_watch.ts";

const PATH = methods.watch.watch.path;
const REQUEST = codecOf("etcdserverpb.WatchRequest");
const REPLY = codecOf("etcdserverpb.WatchResponse");

/** How a stream ends after its first event. */
type Ending = (stream: FakeStream, server: FakeServer) => void;

const ENDINGS: readonly (readonly [string, Ending])[] = [
  ["END", (stream) => stream.end()],
  ["UNAVAILABLE", (stream) => stream.end(new FakeStatus(14, "going away"))],
  ["INTERNAL", (stream) => stream.end(new FakeStatus(13, "transport"))],
  ["UNKNOWN", (stream) => stream.end(new FakeStatus(2, "what"))],
  ["CANCELLED", (stream) => stream.end(new FakeStatus(1, "context canceled"))],
  [
    "no leader",
    (stream) => stream.end(new FakeStatus(14, "etcdserver: no leader")),
  ],
  ["RST_STREAM CANCEL", (stream) => stream.reset(8)],
  ["RST_STREAM INTERNAL_ERROR", (stream) => stream.reset(2)],
  ["RST_STREAM REFUSED_STREAM", (stream) => stream.reset(7)],
  ["a broken message", (stream) => stream.send(Uint8Array.of(0xff, 0xff))],
  ["a lost connection", (_, server) => server.disconnect()],
  ["GOAWAY, then END", (stream, server) => {
    server.goAway();
    stream.end();
  }],
];

/** Serves one new event per stream, after the one it starts at. */
class OneByOne {
  readonly starts: bigint[] = [];
  #stream: FakeStream | undefined;

  constructor(server: FakeServer) {
    server.handleStream(PATH, async (stream) => {
      this.#stream = stream;
      for await (const bytes of stream.messages) {
        const { createRequest } = REQUEST.decode(bytes) as WatchRequest;
        if (createRequest) this.#serve(stream, createRequest);
      }
    });
  }

  /** The stream that is open. */
  get stream(): FakeStream {
    assert(this.#stream, "no stream was opened");
    return this.#stream;
  }

  #serve(stream: FakeStream, create: WatchCreateRequest): void {
    const asked = toBigInt(create.startRevision);
    this.starts.push(asked);
    const { watchId } = create;
    // What the client has already, and asks for all the same.
    const known = asked === 0n ? [] : [put(asked)];
    const next = asked === 0n ? 6n : asked + 1n;
    const created: WatchResponseInit = {
      header: { revision: fromBigInt(5n) },
      watchId,
      created: true,
    };
    const event: WatchResponseInit = {
      header: { revision: fromBigInt(next) },
      watchId,
      events: [...known, put(next)],
    };
    for (const reply of [created, event]) stream.send(REPLY.encode(reply));
  }
}

for (const [name, ending] of ENDINGS) {
  Deno.test(`Watch goes on after ${name}`, async () => {
    for (const balancer of BALANCER_NAMES) {
      await using server = await FakeServer.start();
      const served = new OneByOne(server);
      await using client = new Client({ endpoints: server.endpoint, balancer });
      await using watch = client.watch("k", {
        heartbeat: false,
        signal: AbortSignal.timeout(10_000),
      });
      const revisions: bigint[] = [];
      for await (const { kv } of watch.events()) {
        revisions.push(kv.modRevision);
        if (revisions.length === 4) break;
        ending(served.stream, server);
      }
      assertEquals(revisions, [6n, 7n, 8n, 9n]);
      assertEquals(served.starts, [0n, 6n, 7n, 8n], balancer);
    }
  });
}

Deno.test("Watch that is closed, or whose client is, ends its stream on the server", async () => {
  await using server = await FakeServer.start();
  let open = 0;
  server.handleStream(PATH, async (stream) => {
    open++;
    for await (const bytes of stream.messages) answerCreate(stream, bytes);
    open--;
  });
  const client = new Client({ endpoints: server.endpoint });
  const watch = client.watch("k");
  await watch.ready;
  assertEquals(open, 1);
  await watch.close();
  await waitFor("the end of the stream", () => open === 0);
  const second = client.watch("k");
  await second.ready;
  await client.close();
  await waitFor("the end of the stream", () => open === 0);
  assertEquals(second.state.kind, "closed");
});

Deno.test("Watch asks for a member with a leader unless told otherwise", async () => {
  await using server = await FakeServer.start();
  const headers: unknown[] = [];
  server.handleStream(PATH, async (stream) => {
    headers.push(stream.headers["hasleader"]);
    for await (const bytes of stream.messages) answerCreate(stream, bytes);
  });
  await using client = new Client({ endpoints: server.endpoint });
  await client.watch("k").ready;
  await client.watch("k", { requireLeader: false }).ready;
  assertEquals(headers, ["true", undefined]);
});

function answerCreate(stream: FakeStream, bytes: Uint8Array): void {
  const { createRequest } = REQUEST.decode(bytes) as WatchRequest;
  if (!createRequest) return;
  const { watchId } = createRequest;
  stream.send(REPLY.encode({ created: true, watchId }));
}
