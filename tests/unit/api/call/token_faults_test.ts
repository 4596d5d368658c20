// What can go wrong about a token, over real sockets.
import {
  assert,
  assertEquals,
  assertFalse,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { TokenKeeper } from "../../../../api/call/_token_keeper.ts";
import {
  AuthError,
  Client,
  InvalidOptionError,
  TlsError,
} from "../../../../mod.ts";
import { codecOf } from "../../../../proto/_codec.ts";
import { methods } from "../../../../proto/methods.ts";
import { FakeServer } from "../../../harness/mod.ts";
import {
  AUTHENTICATE,
  INVALID,
  RANGE,
  REFUSED,
  tokenReply,
} from "./_token_replies.ts";

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
    { authenticate: () => Promise.reject(failure), clock: { now: () => 0 } },
  );
  assertStrictEquals(
    await assertRejects(() => keeper.fetch(), TlsError),
    failure,
  );
});

Deno.test("A token that no header can carry is refused by name, and never shown", async () => {
  await using server = await FakeServer.start();
  server.handle(RANGE, () => new Uint8Array());
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
    "the function in 'auth.token' returned a line break",
  );
  assertFalse(Deno.inspect(given).includes("abc"));
  // No call was begun that would never end.
  await client.close();
  assertEquals(server.calls(), 0);
});

Deno.test("A call that is aborted as its token is refused begins no renewal that nobody waits for", async () => {
  await using server = await FakeServer.start();
  server.handle(RANGE, () => INVALID);
  server.handle(
    AUTHENTICATE,
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
  // That would end a renewal too, if it has not failed by then.
  await client.close();
  // Rejections are told of when all that is due has run.
  await new Promise((resolve) => setTimeout(resolve));
  globalThis.removeEventListener("unhandledrejection", onUnhandled);
  assertEquals(unhandled, []);
});

Deno.test("A call that may have been applied says so if there is no token to go on with", async () => {
  await using server = await FakeServer.start();
  const { revoke } = methods.lease;
  const { grant } = methods.lease;
  server
    .handle(
      AUTHENTICATE,
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

Deno.test("A password is sent as it is, and a refusal names the line break at its end", async () => {
  await using server = await FakeServer.start();
  const sent: unknown[] = [];
  const request = codecOf("etcdserverpb.AuthenticateRequest");
  server.handle(RANGE, () => new Uint8Array())
    .handle(AUTHENTICATE, ({ request: bytes }) => {
      const { password } = request.decode(bytes) as { password?: string };
      sent.push(password);
      return password === "its own\n" ? tokenReply("t1") : REFUSED;
    });
  const as = async (password: string | (() => string)) => {
    await using client = new Client({
      endpoints: server.endpoint,
      auth: { username: "alice", password },
    });
    await client.get("k");
  };
  await as("its own\n");
  for (const password of ["secret\n", () => "secret\r\n"]) {
    const error = await assertRejects(
      () => as(password),
      AuthError,
      "'auth.password' ended with a line break, which was sent as well",
    );
    assertFalse(error.message.includes("secret"));
  }
  const plain = await assertRejects(() => as("wrong"), AuthError);
  assertFalse(plain.message.includes("line break"));
  assertEquals(sent, ["its own\n", "secret\n", "secret\r\n", "wrong"]);
});

Deno.test("An empty password is sent, and the server's to refuse", async () => {
  await using server = await FakeServer.start();
  server.handle(AUTHENTICATE, () => REFUSED);
  for (const password of ["", () => ""]) {
    await using client = new Client({
      endpoints: server.endpoint,
      auth: { username: "alice", password },
    });
    const error = await assertRejects(() => client.get("k"), AuthError);
    assertEquals(error.code, "auth_failed");
  }
  assertEquals(server.calls(AUTHENTICATE), 2);
});
