// Credentials that are tried before anything else, against a server with auth.
import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import {
  AuthError,
  type AuthOptions,
  type Client,
  type ClientEvent,
  InvalidOptionError,
  TimeoutError,
  UnavailableError,
} from "../../../mod.ts";
import { methods } from "../../../proto/methods.ts";
import { rawCall } from "../../harness/mod.ts";
import { cluster, startCluster } from "../_cluster.ts";
import { ALICE, clientAs, codeOf, ROOT, setAuth, setUp } from "./_subject.ts";

startCluster({ members: 1 });

Deno.test.beforeAll(() => setUp(cluster));

/** A client, and what became of its tokens. */
function subject(
  auth: AuthOptions,
): { readonly client: Client; readonly changes: string[] } {
  const changes: string[] = [];
  const onEvent = (event: ClientEvent) => {
    if (event.type === "token") changes.push(event.change);
  };
  return { client: clientAs(cluster, { auth, onEvent }), changes };
}

Deno.test("client.auth.authenticate() gets a token that the calls after it send", async () => {
  const { client, changes } = subject(ALICE);
  await using alice = client;
  assertEquals(await alice.auth.authenticate(), "accepted");
  assertEquals(changes, ["fetched"]);
  await alice.put("app/a", "1");
  assertEquals(await codeOf(alice.put("elsewhere", "1")), "permission_denied");
  assertEquals(changes, ["fetched"]);
  // Asked again, it checks again.
  assertEquals(await alice.auth.authenticate(), "accepted");
  assertEquals(changes, ["fetched", "fetched"]);
});

Deno.test("client.auth.authenticate() refuses a wrong password, names the user, and shows no password", async () => {
  for (
    const auth of [
      { username: "alice", password: "wrong-secret" },
      { username: "nobody", password: "wrong-secret" },
    ]
  ) {
    const { client, changes } = subject(auth);
    await using own = client;
    const error = await assertRejects(
      () => own.auth.authenticate(),
      AuthError,
      `Cannot authenticate as "${auth.username}": `,
    );
    assertEquals([error.code, error.method], [
      "auth_failed",
      "Auth.Authenticate",
    ]);
    assertFalse(error.maybeCommitted || error.retryable);
    assertFalse(Deno.inspect(error, { depth: 9 }).includes("wrong-secret"));
    assertEquals(changes, ["failed"]);
  }
});

Deno.test("client.auth.authenticate() follows a password that rotates, by the function that gives it", async () => {
  let password = "first";
  await using root = clientAs(cluster, { auth: ROOT });
  await root.auth.users.add("bob", { password });
  const { client } = subject({ username: "bob", password: () => password });
  await using bob = client;
  assertEquals(await bob.auth.authenticate(), "accepted");
  await root.auth.users.changePassword("bob", "second");
  assertEquals(await codeOf(bob.auth.authenticate()), "auth_failed");
  password = "second";
  assertEquals(await bob.auth.authenticate(), "accepted");
  assertEquals(await codeOf(bob.get("k")), "permission_denied");
});

Deno.test("client.auth.authenticate() tries out a token that it was given, whatever its user may read", async () => {
  const [member] = cluster.members;
  const { token } = await rawCall(
    member?.directEndpoint ?? "",
    methods.auth.authenticate,
    { name: ALICE.username, password: ALICE.password },
  );
  const good = subject({ token });
  await using alice = good.client;
  assertEquals(await alice.auth.authenticate(), "accepted");
  const bad = subject({ token: "nonsense.1" });
  await using stranger = bad.client;
  const error = await assertRejects(
    () => stranger.auth.authenticate(),
    AuthError,
    "Cannot authenticate: ",
  );
  assertEquals(error.code, "invalid_auth_token");
  assertFalse(Deno.inspect(error, { depth: 9 }).includes("nonsense.1"));
});

Deno.test("client.auth.authenticate() says that nobody looked where auth is off", async () => {
  await setAuth(cluster, "off");
  try {
    const { client, changes } = subject({ username: "x", password: "y" });
    await using own = client;
    assertEquals(await own.auth.authenticate(), "not_needed");
    await own.get("k");
    assertEquals(changes, ["not_needed"]);
  } finally {
    await using nobody = clientAs(cluster, {});
    await nobody.auth.enable();
  }
});

Deno.test("client.auth.authenticate() without credentials is refused before anything is sent", async () => {
  await using nobody = clientAs(cluster, {});
  await assertRejects(
    () => nobody.auth.authenticate(),
    InvalidOptionError,
    "Cannot call auth.authenticate(): 'auth' must be among the options of the client",
  );
  assertEquals(nobody.balancer.endpoints[0]?.state, "idle");
});

Deno.test("client.auth.authenticate() names the member that does not answer, and keeps to its time", async () => {
  const [member] = cluster.members;
  assert(member);
  const { client } = subject(ALICE);
  await using alice = client;
  await alice.auth.authenticate();
  await member.proxy.set({ kind: "pause" });
  try {
    const error = await assertRejects(
      () => alice.auth.authenticate({ timeoutMs: 300 }),
      TimeoutError,
      "Cannot authenticate",
    );
    assertEquals([error.endpoint, error.code], [member.endpoint, "timeout"]);
  } finally {
    await member.proxy.set({ kind: "pass" });
  }
  // The token from before is still in use.
  await alice.put("app/a", "2");
  await member.proxy.set({ kind: "refuse" });
  try {
    await assertRejects(
      () => alice.auth.authenticate({ timeoutMs: 300 }),
      UnavailableError,
      "Cannot authenticate",
    );
  } finally {
    await member.proxy.set({ kind: "pass" });
  }
});
