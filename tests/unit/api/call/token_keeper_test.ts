// The token of a client, over a cluster that is a function.
import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import type { Credentials } from "../../../../api/call/_credentials.ts";
import { TokenKeeper } from "../../../../api/call/_token_keeper.ts";
import { AuthError, createError } from "../../../../errors/specific_errors.ts";
import type { EtcdError } from "../../../../errors/etcd_error.ts";

function refusal(code: "auth_failed" | "auth_not_enabled"): EtcdError {
  return createError(`Cannot authenticate: refused (${code})`, { code });
}

/** A keeper, and what it asked for. */
function subject(
  answer: (asked: readonly string[]) => string | Promise<string>,
  credentials: Credentials = {
    kind: "password",
    username: "alice",
    password: "secret",
  },
) {
  const asked: string[] = [];
  const changes: string[] = [];
  const clock = { ms: 0 };
  const keeper = new TokenKeeper(credentials, {
    authenticate: async (username, password) => {
      asked.push(`${username}/${password}`);
      return await answer(asked);
    },
    onEvent: (event) => {
      if (event.type === "token") changes.push(event.change);
    },
    clock: { now: () => clock.ms },
  });
  return { keeper, asked, changes, clock };
}

Deno.test("TokenKeeper fetches one token for all who wait", async () => {
  const { keeper, asked } = subject(() => "t1");
  assertFalse(keeper.known);
  await Promise.all([keeper.fetch(), keeper.fetch(), keeper.fetch()]);
  assertEquals([keeper.known, keeper.token, asked], [true, "t1", [
    "alice/secret",
  ]]);
});

Deno.test("TokenKeeper gives the headers of a call", async () => {
  const { keeper } = subject((asked) => `t${asked.length}`);
  const [WITH, WITHOUT] = [{ requireLeader: true }, {}];
  assertEquals(keeper.headers(WITHOUT), undefined);
  await keeper.fetch();
  assertEquals(keeper.headers(WITHOUT), { token: "t1" });
  assertEquals(keeper.headers(WITH), { token: "t1", hasleader: "true" });
  keeper.refused("t1");
  await keeper.fetch();
  assertEquals(keeper.headers(WITH), { token: "t2", hasleader: "true" });
});

Deno.test("TokenKeeper.refused() concerns the token of now alone", async () => {
  const { keeper } = subject((asked) => `t${asked.length}`);
  await keeper.fetch();
  keeper.refused("t0");
  assert(keeper.known);
  keeper.refused("t1");
  assertFalse(keeper.known);
  await keeper.fetch();
  keeper.refused("t1");
  assertEquals([keeper.known, keeper.token], [true, "t2"]);
});

Deno.test("TokenKeeper.refused() is told once for each token, and of none", async () => {
  const { keeper, changes } = subject(() => "t1");
  await keeper.fetch();
  keeper.refused("t1");
  // A call that was sent while there was none.
  keeper.refused(undefined);
  assertEquals(changes, ["fetched", "refused"]);
});

Deno.test("TokenKeeper goes without a token while auth is off", async () => {
  let on = false;
  const { keeper } = subject(() => {
    if (!on) throw refusal("auth_not_enabled");
    return "t1";
  });
  await keeper.fetch();
  assertEquals([keeper.known, keeper.token, keeper.fresh], [
    true,
    undefined,
    false,
  ]);
  on = true;
  keeper.refused(undefined);
  await keeper.fetch();
  assertEquals(keeper.token, "t1");
});

Deno.test("TokenKeeper names the user that was refused, and asks once", async () => {
  const { keeper, asked } = subject(() => {
    throw refusal("auth_failed");
  });
  const error = await assertRejects(() => keeper.fetch(), AuthError);
  assertEquals(
    error.message,
    'Cannot authenticate as "alice": refused (auth_failed)',
  );
  assertEquals([keeper.known, asked.length], [false, 1]);
});

Deno.test("TokenKeeper asks the providers each time", async () => {
  let password = "old";
  const { keeper, asked } = subject((asked) => `t${asked.length}`, {
    kind: "password",
    username: () => "bob",
    password: () => Promise.resolve(password),
  });
  await keeper.fetch();
  password = "new";
  keeper.refused("t1");
  await keeper.fetch();
  assertEquals(asked, ["bob/old", "bob/new"]);
});

Deno.test("TokenKeeper says which provider has failed, and why", async () => {
  const broken = new Error("vault is sealed");
  const { keeper } = subject(() => "t", {
    kind: "password",
    username: "alice",
    password: () => Promise.reject(broken),
  });
  const error = await assertRejects(() => keeper.fetch(), AuthError);
  assertEquals(
    [error.message, error.retryable, error.cause],
    [
      "Cannot authenticate: the function in 'auth.password' has failed: vault is sealed",
      true,
      broken,
    ],
  );
});

Deno.test("TokenKeeper does not take nothing for a token", async () => {
  const { keeper } = subject(() => "t", { kind: "token", token: () => "" });
  const error = await assertRejects(() => keeper.fetch(), AuthError);
  assertEquals(
    error.message,
    "Cannot authenticate: the function in 'auth.token' returned an empty string, not a string of at least one character",
  );
});

Deno.test("TokenKeeper can renew what it can ask for again", () => {
  const keepers = [
    subject(() => "t").keeper,
    subject(() => "t", { kind: "token", token: () => "jwt" }).keeper,
    subject(() => "t", { kind: "token", token: "jwt" }).keeper,
  ];
  assertEquals(keepers.map(({ renewable }) => renewable), [true, true, false]);
});

Deno.test("TokenKeeper knows a token that has only just come", async () => {
  const { keeper, clock } = subject(() => "t");
  await keeper.fetch();
  assert(keeper.fresh);
  clock.ms = 5_000;
  assertFalse(keeper.fresh);
});

Deno.test("TokenKeeper goes by the provider it asked last, not by one that answers late", async () => {
  const given: PromiseWithResolvers<string>[] = [];
  const { keeper } = subject(() => "", {
    kind: "token",
    token() {
      const next = Promise.withResolvers<string>();
      given.push(next);
      return next.promise;
    },
  });
  const first = keeper.fetch();
  keeper.giveUpWaiting();
  const second = keeper.fetch();
  given[0]?.resolve("old");
  await first;
  assertEquals([keeper.known, keeper.waitingFor], [false, "auth.token"]);
  given[1]?.resolve("new");
  await second;
  assertEquals([keeper.token, keeper.waitingFor], ["new", undefined]);
});
