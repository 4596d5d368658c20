// The interceptor of a client: what it sees, and what it may add.
import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import {
  Client,
  type ClientOptions,
  type InterceptedCall,
  type InterceptedEnd,
  type Interceptor,
  UnavailableError,
} from "../../../../mod.ts";
import { codecOf } from "../../../../proto/_codec.ts";
import { methods } from "../../../../proto/methods.ts";
import { FakeServer, FakeStatus } from "../../../harness/mod.ts";
import { AUTHENTICATE, INVALID, RANGE, tokenReply } from "./_token_replies.ts";

const PUT = methods.kv.put.path;
const UNAVAILABLE = new FakeStatus(14, "etcdserver: leader changed");

/** An interceptor that keeps what it sees. */
function recording(headers?: Readonly<Record<string, string>>) {
  const calls: InterceptedCall[] = [];
  const ends: InterceptedEnd[] = [];
  const interceptor: Interceptor = async (call, next) => {
    calls.push(call);
    ends.push(await next({ headers }));
  };
  return { calls, ends, interceptor };
}

function clientOf(
  server: FakeServer,
  options: Partial<ClientOptions>,
): Client {
  return new Client({ endpoints: server.endpoint, ...options });
}

Deno.test("interceptor: sees name, endpoint, request and answer of a call, with the prefix of a namespace", async () => {
  await using server = await FakeServer.start();
  const answer = codecOf("etcdserverpb.PutResponse").encode({
    header: { revision: { low: 7, high: 0 } },
  });
  server.handle(PUT, () => answer);
  const { calls, ends, interceptor } = recording();
  await using client = clientOf(server, { interceptor });
  await client.namespace("a/").put("k", "v", { lease: 5n });
  const [call, end] = [calls[0], ends[0]];
  assertEquals([call?.method, call?.kind, call?.endpoint, call?.attempt], [
    "KV.Put",
    "unary",
    server.endpoint,
    1,
  ]);
  const { key, lease } = call?.request as {
    key: { text(): string };
    lease: bigint;
  };
  assertEquals([key.text(), lease], ["a/k", 5n]);
  assert(end?.kind === "answered");
  assertEquals(JSON.parse(JSON.stringify(end.response)).header.revision, "7");
  assert(end.durationMs >= 0 && end.endpoint === server.endpoint);
});

Deno.test("interceptor: runs around each attempt, and is told why one failed", async () => {
  await using server = await FakeServer.start();
  server.handle(
    RANGE,
    ({ count }) => count < 3 ? UNAVAILABLE : new Uint8Array(),
  ).handle(PUT, () => UNAVAILABLE);
  const { calls, ends, interceptor } = recording();
  await using client = clientOf(server, { interceptor });
  await client.get("k");
  const error = await assertRejects(() => client.put("k", "v"));
  assert(error instanceof UnavailableError && error.maybeCommitted);
  assertEquals(
    calls.map(({ method, attempt }) => [method, attempt]),
    [["KV.Range", 1], ["KV.Range", 2], ["KV.Range", 3], ["KV.Put", 1]],
  );
  assertEquals(
    ends.map((end) => end.kind === "failed" ? end.code : end.kind),
    ["leader_changed", "leader_changed", "answered", "leader_changed"],
  );
});

Deno.test("interceptor: adds headers to calls, beside those of the client and the call, and never the token", async () => {
  await using server = await FakeServer.start();
  const got: unknown[] = [];
  server.handle(AUTHENTICATE, () => tokenReply("t1"))
    .handle(RANGE, ({ headers, count }) => {
      const { token, hasleader, "x-a": a, "x-b": b, "x-c": c } = headers;
      got.push([token, hasleader, a, b, c]);
      return count === 1 ? INVALID : new Uint8Array();
    });
  const given = { "x-a": "client", "x-b": "client", "x-c": "client" };
  const { interceptor } = recording({ "x-c": "interceptor" });
  await using client = clientOf(server, {
    auth: { username: "alice", password: "secret" },
    headers: given,
    interceptor,
  });
  given["x-a"] = "changed since";
  const own = { "x-b": "call" };
  const call = client.get("k", { requireLeader: true, headers: own });
  own["x-b"] = "changed\r\nsince";
  await call;
  const sent = ["t1", "true", "client", "call", "interceptor"];
  assertEquals(got, [sent, sent]);
});

Deno.test("interceptor: next(call) is as good as next()", async () => {
  await using server = await FakeServer.start();
  server.handle(RANGE, () => new Uint8Array());
  await using client = clientOf(server, {
    interceptor: (call, next) => next(call as object),
  });
  assertEquals(await client.get("k"), undefined);
});

Deno.test("interceptor: sees no password and no token, and changes nothing in a request", async () => {
  await using server = await FakeServer.start();
  const users: unknown[] = [];
  const codec = codecOf("etcdserverpb.AuthUserAddRequest");
  server.handle(AUTHENTICATE, () => tokenReply("s3cret-token"))
    .handle(methods.auth.userAdd.path, ({ request }) => {
      users.push((codec.decode(request) as { name: string }).name);
      return new Uint8Array();
    });
  const { calls, ends, interceptor } = recording();
  await using client = clientOf(server, {
    auth: { username: "alice", password: "s3cret-password" },
    interceptor: async (call, next) => {
      (call.request as { name: string }).name = "mallory";
      await interceptor(call, next);
    },
  });
  await client.auth.users.add("bob", { password: "s3cret-too" });
  assertEquals(
    calls.map(({ method, request }) =>
      `${method} ${(request as { name: string }).name}`
    ),
    ["Auth.Authenticate alice", "Auth.UserAdd bob"],
  );
  assertEquals(users, ["bob"]);
  const seen = Deno.inspect([
    calls.map(({ request }) => request),
    ends.map((end) => end.kind === "answered" && end.response),
  ], { depth: 9 });
  assertFalse(seen.includes("s3cret"), seen);
});

Deno.test("interceptor: runs around a batch as around the transaction that it is", async () => {
  await using server = await FakeServer.start();
  const { calls, interceptor } = recording();
  await using client = clientOf(server, { interceptor, batch: "all" });
  const made = ["a", "b", "c"].map((key) =>
    client.put(key, "", { timeoutMs: 200 }).catch(() => {})
  );
  await Promise.all(made);
  assertEquals(calls.map(({ method }) => method), ["KV.Put", "KV.Txn"]);
});
