// A proxy keeps the client's connection while an older snapshot is restored
// behind it. What it resets is all that can be seen of that.
import { assertEquals } from "@std/assert";
import { Client } from "../../../../mod.ts";
import { codecOf } from "../../../../proto/_codec.ts";
import type { WatchRequest } from "../../../../proto/gen/messages.ts";
import { fromBigInt } from "../../../../proto/int64.ts";
import { methods } from "../../../../proto/methods.ts";
import {
  FakeServer,
  FakeStatus,
  type FakeStream,
  waitFor,
} from "../../../harness/mod.ts";

const WATCH = methods.watch.watch.path;
const RANGE = methods.kv.range.path;
const AUTHENTICATE = methods.auth.authenticate.path;
const REQUEST = codecOf("etcdserverpb.WatchRequest");
const REPLY = codecOf("etcdserverpb.WatchResponse");
const TOKEN = codecOf("etcdserverpb.AuthenticateResponse");
const HANG = { kind: "hang" } as const;

/** An etcd that answers users alone, and waits for tokens it may come to. */
async function startCluster() {
  const server = await FakeServer.start();
  const state = { token: "x.7", streams: [] as FakeStream[] };
  const tokens: string[] = [];
  server.handle(AUTHENTICATE, () => TOKEN.encode({ token: state.token }));
  server.handle(RANGE, ({ headers }) => {
    const { token } = headers;
    if (token === undefined) {
      return new FakeStatus(3, "etcdserver: user name is empty");
    }
    return token === state.token ? new Uint8Array() : HANG;
  });
  server.handleStream(WATCH, async (stream) => {
    const token = String(stream.headers["token"]);
    tokens.push(token);
    state.streams.push(stream);
    for await (const bytes of stream.messages) {
      if (token !== state.token) continue;
      const { createRequest } = REQUEST.decode(bytes) as WatchRequest;
      if (!createRequest) continue;
      const { watchId } = createRequest;
      const header = { revision: fromBigInt(5n) };
      stream.send(REPLY.encode({ header, watchId, created: true }));
    }
  });
  return { server, state, tokens };
}

Deno.test("a watch goes on with another token when a proxy hides the restored cluster", async () => {
  const { server, state, tokens } = await startCluster();
  await using _closed = server;
  await using client = new Client({
    endpoints: server.endpoint,
    auth: { username: "alice", password: "pw" },
  });
  await using watch = client.watch("key");
  await watch.ready;
  // It came before the token: there was nothing to try.
  assertEquals([tokens, server.calls(RANGE)], [["x.7"], 0]);
  state.token = "y.2";
  state.streams[0]?.reset(2);
  await waitFor(
    "the watch",
    () => watch.state.kind === "live" && tokens.length > 1,
  );
  assertEquals(tokens, ["x.7", "y.2"]);
  await client.get("key");
  assertEquals(server.connections.accepted, 1);
});
