// What can go wrong about a token, over real sockets.
import {
  assert,
  assertEquals,
  assertFalse,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { ensureToken } from "../../api/_stream_token.ts";
import { TokenKeeper } from "../../api/_token.ts";
import {
  AuthError,
  Client,
  ClientClosedError,
  InvalidOptionError,
  TlsError,
} from "../../mod.ts";
import { codecOf } from "../../proto/_codec.ts";
import { methods } from "../../proto/methods.ts";
import { FakeServer, FakeStatus, waitFor } from "../harness/mod.ts";

const { range } = methods.kv;
const { authenticate } = methods.auth;
const INVALID = new FakeStatus(16, "etcdserver: invalid auth token");
const REFUSED = new FakeStatus(
  3,
  "etcdserver: authentication failed, invalid user ID or password",
);

function tokenReply(token: string): Uint8Array {
  return codecOf("etcdserverpb.AuthenticateResponse").encode({ token });
}

Deno.test("TokenKeeper leaves an error that is more than its code as it is", async () => {
  const failure = new TlsError(
    "Cannot authenticate: no endpoint (tls_failed)",
    {
      fault: "expired",
      retryable: true,
    },
  );
  const keeper = new TokenKeeper(
    { kind: "password", username: "alice", password: "secret" },
    { authenticate: () => Promise.reject(failure), now: () => 0 },
  );
  assertStrictEquals(
    await assertRejects(() => keeper.fetch(), TlsError),
    failure,
  );
});

Deno.test("A token that no header can carry is refused by name, and never shown", async () => {
  await using server = await FakeServer.start();
  server.handle(range.path, () => new Uint8Array());
  const endpoints = server.endpoint;
  const secret = "abc.def\n";
  const error = assertThrows(
    () => new Client({ endpoints, auth: { token: secret } }),
    InvalidOptionError,
    "'auth.token' must be of printable ASCII",
  );
  assertFalse(Deno.inspect(error).includes("abc"));
  const client = new Client({ endpoints, auth: { token: () => secret } });
  const given = await assertRejects(
    () => client.get("k"),
    AuthError,
    "the provider of 'auth.token' gave a line break",
  );
  assertFalse(Deno.inspect(given).includes("abc"));
  // No call was begun that would never end.
  await client.close();
  assertEquals(server.calls(), 0);
});

Deno.test("A call that is aborted as its token is refused begins no renewal that nobody waits for", async () => {
  await using server = await FakeServer.start();
  server.handle(range.path, () => INVALID);
  server.handle(
    authenticate.path,
    ({ count }) => count === 1 ? tokenReply("t1") : REFUSED,
  );
  const unhandled: unknown[] = [];
  const onUnhandled = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    unhandled.push(event.reason);
  };
  globalThis.addEventListener("unhandledrejection", onUnhandled);
  const abort = new AbortController();
  await using client = new Client({
    endpoints: server.endpoint,
    auth: { username: "alice", password: "secret" },
    onEvent: ({ type }) => {
      if (type === "retry") abort.abort("enough");
    },
  });
  const thrown = await client.get("k", { signal: abort.signal }).catch((e) =>
    e
  );
  assertEquals(thrown, "enough");
  // A window in which nothing may happen.
  await new Promise((resolve) => setTimeout(resolve, 100));
  globalThis.removeEventListener("unhandledrejection", onUnhandled);
  assertEquals(unhandled, []);
});

Deno.test("A call that may have been applied says so if there is no token to go on with", async () => {
  await using server = await FakeServer.start();
  const { revoke } = methods.lease;
  const { grant } = methods.lease;
  server
    .handle(
      authenticate.path,
      ({ count }) => count === 1 ? tokenReply("t1") : REFUSED,
    )
    .handle(
      grant.path,
      () =>
        codecOf("etcdserverpb.LeaseGrantResponse").encode({
          ID: { low: 1, high: 0 },
          TTL: { low: 60, high: 0 },
        }),
    )
    .handle(
      revoke.path,
      ({ count }) => count === 1 ? { kind: "disconnect" } : INVALID,
    );
  await using client = new Client({
    endpoints: server.endpoint,
    auth: { username: "alice", password: "secret" },
  });
  const lease = await client.lease.grant(60);
  const error = await assertRejects(() => lease.revoke(), AuthError);
  assert(error.maybeCommitted, error.message);
  assertEquals(error.method, "Lease.LeaseRevoke");
  assert(error.message.endsWith("; it may have been applied"));
});

Deno.test("A stream asks a provider that fails again, until it is not wanted", async () => {
  let asked = 0;
  const keeper = new TokenKeeper(
    {
      kind: "token",
      token: () => {
        asked++;
        if (asked === 2) return "jwt";
        throw new Error("the vault is sealed");
      },
    },
    { authenticate: () => Promise.resolve(""), now: () => 0 },
  );
  const own = new AbortController();
  await ensureToken(keeper, own.signal);
  assertEquals([asked, keeper.token], [2, "jwt"]);
  keeper.refused("jwt");
  const waiting = ensureToken(keeper, own.signal);
  await waitFor("one more question", () => asked === 3);
  own.abort(new Error("not wanted"));
  await assertRejects(() => waiting, Error, "not wanted");
});

Deno.test("Client.close() ends what waits for a provider that never answers", async () => {
  await using server = await FakeServer.start();
  let asked = 0;
  const client = new Client({
    endpoints: server.endpoint,
    requestTimeoutMs: false,
    auth: {
      token: () => {
        asked++;
        return new Promise<never>(() => {});
      },
    },
  });
  const pending = [
    client.get("k"),
    client.election.observe("n").next(),
    client.maintenance.snapshot().getReader().read(),
    client.watch("k").ready,
    client.lease.list(),
    client.member(server.endpoint).status(),
  ];
  for (const promise of pending) promise.catch(() => {});
  await waitFor("the question", () => asked > 0);
  await client.close();
  for (const promise of pending) {
    await assertRejects(() => promise, ClientClosedError, "client is closed");
  }
  assertEquals([asked, server.calls()], [1, 0]);
});
