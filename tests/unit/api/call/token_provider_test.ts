// The function that gives a password or a token, and does not, over real sockets.
import { assertEquals, assertRejects } from "@std/assert";
import { ensureToken } from "../../../../api/stream/_token.ts";
import { TokenKeeper } from "../../../../api/call/_token_keeper.ts";
import {
  AuthError,
  Client,
  ClientClosedError,
  TimeoutError,
} from "../../../../mod.ts";
import { FakeServer, waitFor } from "../../../harness/mod.ts";
import { AUTHENTICATE, RANGE, tokenReply } from "./_token_replies.ts";

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
    { authenticate: () => Promise.resolve(""), clock: { now: () => 0 } },
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

Deno.test("A call names the function that has not given a password in time, and the next asks it again", async () => {
  await using server = await FakeServer.start();
  server.handle(RANGE, () => new Uint8Array())
    .handle(AUTHENTICATE, () => tokenReply("t1"));
  let asked = 0;
  await using client = new Client({
    endpoints: server.endpoint,
    auth: {
      username: "alice",
      password: () => {
        asked++;
        return asked === 1 ? new Promise<never>(() => {}) : "secret";
      },
    },
  });
  await client.connect();
  const error = await assertRejects(
    () => client.get("k", { timeoutMs: 100 }),
    TimeoutError,
    "Cannot get: the function in 'auth.password' returned nothing within 100 ms",
  );
  assertEquals(error.code, "timeout");
  await client.get("k");
  assertEquals(asked, 2);
});

Deno.test("A stream that ends for lack of time names the function that has not given a token", async () => {
  await using server = await FakeServer.start();
  await using client = new Client({
    endpoints: server.endpoint,
    auth: { token: () => new Promise<never>(() => {}) },
  });
  await assertRejects(
    () => client.maintenance.snapshot({ timeoutMs: 100 }).getReader().read(),
    TimeoutError,
    "the function in 'auth.token' returned nothing within 100 ms",
  );
});

Deno.test("A call names the function that throws, with its reason", async () => {
  await using server = await FakeServer.start();
  await using client = new Client({
    endpoints: server.endpoint,
    auth: {
      username: "alice",
      password: () => {
        throw new Error("the vault is sealed");
      },
    },
  });
  await assertRejects(
    () => client.get("k"),
    AuthError,
    "the function in 'auth.password' has failed: the vault is sealed",
  );
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
