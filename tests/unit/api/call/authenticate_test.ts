// Auth.authenticate() beside everything else that waits for a token.
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  AuthError,
  Client,
  ClientClosedError,
  type Provided,
  TimeoutError,
} from "../../../../mod.ts";
import { FakeServer, waitFor } from "../../../harness/mod.ts";
import {
  AUTHENTICATE,
  INVALID,
  RANGE,
  REFUSED,
  tokenReply,
} from "./_token_replies.ts";

function aliceOn(server: FakeServer, password: Provided = "secret"): Client {
  return new Client({
    endpoints: server.endpoint,
    auth: { username: "alice", password },
  });
}

Deno.test("authenticate() names the function that gives no password in time, and the next call asks it again", async () => {
  await using server = await FakeServer.start();
  server.handle(RANGE, () => new Uint8Array())
    .handle(AUTHENTICATE, () => tokenReply("t1"));
  let asked = 0;
  const never = new Promise<never>(() => {});
  await using client = aliceOn(server, () => ++asked === 1 ? never : "secret");
  const error = await assertRejects(
    () => client.auth.authenticate({ timeoutMs: 100 }),
    TimeoutError,
    "Cannot authenticate: the function in 'auth.password' returned nothing within 100 ms",
  );
  assertEquals(error.code, "timeout");
  assertEquals(server.calls(AUTHENTICATE), 0);
  await client.get("k");
  assertEquals(asked, 2);
});

Deno.test("authenticate() that is aborted, or whose time is over, fails nobody else who waits for a token", async () => {
  await using server = await FakeServer.start();
  let answer = () => {};
  const answered = new Promise<void>((resolve) => answer = resolve);
  server.handle(RANGE, () => new Uint8Array())
    .handle(AUTHENTICATE, async () => {
      await answered;
      return tokenReply("t1");
    });
  await using client = aliceOn(server);
  const reason = new Error("not wanted");
  const own = new AbortController();
  const aborted = client.auth.authenticate({ signal: own.signal });
  const call = client.get("k");
  const late = client.auth.authenticate({ timeoutMs: 200 });
  await waitFor("the questions", () => server.calls(AUTHENTICATE) === 3);
  own.abort(reason);
  assertEquals(await aborted.catch((error) => error), reason);
  await assertRejects(() => late, TimeoutError, server.endpoint);
  answer();
  assertEquals(await call, undefined);
});

Deno.test("authenticate() that is refused leaves the token that is known", async () => {
  await using server = await FakeServer.start();
  const sent: unknown[] = [];
  server.handle(RANGE, ({ headers }) => {
    sent.push(headers.token);
    return headers.token === "t1" ? new Uint8Array() : INVALID;
  }).handle(
    AUTHENTICATE,
    ({ count }) => count === 1 ? tokenReply("t1") : REFUSED,
  );
  await using client = aliceOn(server);
  assertEquals(await client.auth.authenticate(), "accepted");
  await assertRejects(() => client.auth.authenticate(), AuthError);
  await client.get("k");
  assertEquals(sent, ["t1"]);
});

Deno.test("authenticate() ends with the client, in a function of the user's and in a call", async () => {
  await using server = await FakeServer.start();
  server.handle(AUTHENTICATE, () => ({ kind: "hang" }));
  const hanging = aliceOn(server);
  const call = hanging.auth.authenticate();
  await waitFor("the question", () => server.calls(AUTHENTICATE) === 1);
  const provided = aliceOn(server, () => new Promise(() => {}));
  const wait = provided.auth.authenticate();
  for (const [client, made] of [[hanging, call], [provided, wait]] as const) {
    made.catch(() => {});
    await client.close();
    const error = await assertRejects(() => made, ClientClosedError);
    assert(error.message.startsWith("Cannot authenticate"), error.message);
    await assertRejects(() => client.auth.authenticate(), ClientClosedError);
  }
});
