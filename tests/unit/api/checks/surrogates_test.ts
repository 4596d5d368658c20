// Half a surrogate pair has no UTF-8: encoded, all of them are U+FFFD, and keys
// that differ would be one. Each is refused by name, and nothing is sent.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { resolveCredentials } from "../../../../api/call/_credentials.ts";
import { TokenKeeper } from "../../../../api/call/_token_keeper.ts";
import {
  Client,
  compare,
  EtcdError,
  fromKey,
  InvalidOptionError,
  op,
  prefix,
  range,
} from "../../../../mod.ts";
import { recorder } from "./_recorder.ts";
import { FakeSessions } from "../session/_fake_session.ts";

const HALVES = ["a\ud800", "\udc00b", "\ude00\ud83d", "€\udfff"];

type Refused = readonly [
  option: string,
  call: (client: Client, text: string) => unknown,
];

const LEASE = { lease: 1n };

function leader(name: string, key: string) {
  return { name, key, revision: 1n, lease: 1n } as never;
}

const CALLS: readonly Refused[] = [
  ["key", (client, text) => client.get(text)],
  ["key", (client, text) => client.range(text)],
  ["key", (client, text) => client.list(text)],
  ["key", (client, text) => client.put(text, "v")],
  ["value", (client, text) => client.put("k", text)],
  ["key", (client, text) => client.delete(text)],
  ["key", (client, text) => client.kv.batched("all").put(text, "v")],
  ["value", (client, text) => client.kv.batched("all").put("k", text)],
  ["key", (client, text) => client.kv.batched("reads").get(text)],
  [
    "key",
    (client, text) => client.txn({ if: [compare.version(text, "=", 1n)] }),
  ],
  [
    "value",
    (client, text) => client.txn({ if: [compare.value("k", "=", text)] }),
  ],
  ["key", (client, text) => client.txn({ then: [op.get(text)] })],
  ["value", (client, text) => client.txn({ then: [op.put("k", text)] })],
  ["key", (client, text) => client.txn({ else: [op.delete(text)] })],
  ["prefix", (_client, text) => prefix(text)],
  ["start", (_client, text) => fromKey(text)],
  ["start", (_client, text) => range(text, "z")],
  ["end", (_client, text) => range("a", text)],
  ["key", (client, text) => client.watch(text)],
  ["prefix", (client, text) => client.namespace(text)],
  ["prefix", (client, text) => client.namespace("a").namespace(text)],
  ["key", (client, text) => client.namespace("a").watch(text)],
  ["value", (client, text) => client.namespace("a").put("k", text)],
  ["name", (client, text) => client.lock.lock(text, LEASE)],
  ["key", (client, text) => client.lock.unlock(text)],
  ["name", (client, text) => client.election.campaign(text, "v", LEASE)],
  ["value", (client, text) => client.election.campaign("n", text, LEASE)],
  ["name", (client, text) => client.election.leader(text)],
  ["name", (client, text) => client.election.observe(text)],
  ["name", (client, text) => client.election.resign(leader(text, "k"))],
  ["key", (client, text) => client.election.resign(leader("n", text))],
  ["value", (client, text) => client.election.proclaim(leader("n", "k"), text)],
  ["name", ({ auth }, text) => auth.users.add(text, { password: "p" })],
  ["name", ({ auth }, text) => auth.users.get(text)],
  ["name", ({ auth }, text) => auth.users.delete(text)],
  ["name", ({ auth }, text) => auth.users.changePassword(text, "p")],
  ["user", ({ auth }, text) => auth.users.grantRole(text, "r")],
  ["role", ({ auth }, text) => auth.users.revokeRole("u", text)],
  ["name", ({ auth }, text) => auth.roles.add(text)],
  [
    "role",
    ({ auth }, text) =>
      auth.roles.grantPermission(text, { type: "read", keys: "k" }),
  ],
  [
    "key",
    ({ auth }, text) =>
      auth.roles.grantPermission("r", { type: "read", keys: text }),
  ],
  ["key", ({ auth }, text) => auth.roles.revokePermission("r", text)],
  ["peerUrls", (client, text) => client.cluster.add(`http://${text}:1`)],
  [
    "version",
    (client, text) =>
      client.member("http://127.0.0.1:1").downgrade.validate(text),
  ],
];

const SECRETS: readonly Refused[] = [
  ["password", ({ auth }, text) => auth.users.add("u", { password: text })],
  ["password", ({ auth }, text) => auth.users.changePassword("u", text)],
  [
    "auth.username",
    (_client, text) => resolveCredentials({ username: text, password: "p" }),
  ],
  [
    "auth.password",
    (_client, text) => resolveCredentials({ username: "u", password: text }),
  ],
];

/** The error of a call, whenever it comes. */
async function refusal(call: () => unknown): Promise<InvalidOptionError> {
  return await assertRejects(async () => await call(), InvalidOptionError);
}

Deno.test("half a surrogate pair is refused by name wherever text is encoded", async () => {
  await using server = await recorder();
  await using client = new Client({ endpoints: server.endpoint });
  await client.get("k");
  for (const [at, [option, call]] of CALLS.entries()) {
    for (const half of HALVES) {
      const error = await refusal(() => call(client, half));
      const why = `${at}: ${error.message}`;
      assertEquals(error.option, option, why);
      assert(String(error.value).includes(half), why);
      // Its escape, as an error that shows it has to be text itself.
      assert(
        error.message.includes("\\ud") && error.message.isWellFormed(),
        why,
      );
    }
  }
  assertEquals(server.got.length, 1);
  // Whole pairs and everything else are as they were.
  await client.put("\u{1f600}\ufffd", "\u{10ffff}");
  assert(server.got[1]?.includes("\xf0\x9f\x98\x80\xef\xbf\xbd"));
});

Deno.test("half a surrogate pair in a secret is refused, and not shown", async () => {
  await using server = await recorder();
  await using client = new Client({ endpoints: server.endpoint });
  for (const [option, call] of SECRETS) {
    const error = await refusal(() => call(client, "secret\ud800"));
    assertEquals([error.option, error.value], [option, undefined]);
    assert(!error.message.includes("secret"), error.message);
  }
  assertEquals(server.got, []);
});

Deno.test("a provider that gives half a surrogate pair is named", async () => {
  const never = () => Promise.reject(new Error("asked the cluster"));
  for (const name of ["username", "password"] as const) {
    const tokens = new TokenKeeper({
      kind: "password",
      username: "u",
      password: "p",
      [name]: () => "secret\ud800",
    }, { authenticate: never, clock: { now: () => 0 } });
    const error = await assertRejects(() => tokens.fetch(), EtcdError);
    assert(error.message.includes(`'auth.${name}' returned half a surrogate`));
    assert(!error.message.includes("secret"));
  }
});

Deno.test("a session refuses half a surrogate pair in names and values", async () => {
  const fake = new FakeSessions();
  await using session = await fake.open();
  const refused: readonly (readonly [string, (text: string) => unknown])[] = [
    ["name", (text) => session.lock(text)],
    ["name", (text) => session.tryLock(text)],
    ["name", (text) => session.campaign(text, "v")],
    ["value", (text) => session.campaign("n", text)],
    ["name", (text) => session.observe(text)],
  ];
  for (const [option, call] of refused) {
    assertEquals((await refusal(() => call("a\ud800"))).option, option);
  }
  assertEquals(fake.store.keys, []);
});
