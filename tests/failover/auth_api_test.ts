// Every call on users, roles and rights, held against what etcdctl says.
import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import {
  type Client,
  fromKey,
  InvalidOptionError,
  prefix,
  range,
  UnsupportedError,
} from "../../mod.ts";
import { Cluster, etcdctl } from "../harness/mod.ts";
import { clientAs, codeOf, ROOT, setAuth, setUp } from "./_auth_subject.ts";

let cluster: Cluster;

Deno.test.beforeAll(async () => {
  cluster = await Cluster.start({ members: 1 });
  await setUp(cluster);
});

Deno.test.afterAll(async () => {
  await cluster.close();
});

/** What etcdctl prints, line by line. */
async function ctl(...args: readonly string[]): Promise<readonly string[]> {
  const text = await etcdctl(cluster, args, { user: "root:rootpw" });
  return text.trim().split("\n").map((line) => line.trim());
}

function asRoot(): Client {
  return clientAs(cluster, { auth: ROOT });
}

Deno.test("client.auth.users does to users what it says", async () => {
  await using root = asRoot();
  const { users, roles } = root.auth;
  await users.add("carol", { password: "first" });
  await users.add("certificate", { noPassword: true });
  assertEquals(await users.list(), await ctl("user", "list"));
  assert((await users.list()).includes("carol"));
  await roles.add("r1");
  await roles.add("r2");
  await users.grantRole("carol", "r1");
  await users.grantRole("carol", "r2");
  assertEquals((await users.get("carol")).roles, ["r1", "r2"]);
  assertEquals(await ctl("user", "get", "carol"), [
    "User: carol",
    "Roles: r1 r2",
  ]);
  await users.revokeRole("carol", "r1");
  assertEquals(await ctl("user", "get", "carol"), ["User: carol", "Roles: r2"]);
  await users.changePassword("carol", "second");
  await using carol = clientAs(cluster, {
    auth: { username: "carol", password: "second" },
  });
  assertEquals(await codeOf(carol.get("x")), "permission_denied");
  await using old = clientAs(cluster, {
    auth: { username: "carol", password: "first" },
  });
  assertEquals(await codeOf(old.get("x")), "auth_failed");
  await users.delete("carol");
  await users.delete("certificate");
  assertEquals(await users.list(), await ctl("user", "list"));
  assertEquals(await codeOf(users.get("carol")), "user_not_found");
});

Deno.test("client.auth.roles grants on a key, a range and everything behind a key", async () => {
  await using root = asRoot();
  const { roles } = root.auth;
  await roles.add("wide");
  await roles.grantPermission("wide", { type: "read", keys: "one" });
  await roles.grantPermission("wide", { type: "write", keys: range("a", "c") });
  await roles.grantPermission("wide", {
    type: "readwrite",
    keys: prefix("p/"),
  });
  await roles.grantPermission("wide", { type: "read", keys: fromKey("z") });
  assertEquals(await ctl("role", "get", "wide"), [
    "Role wide",
    "KV Read:",
    "one",
    "[p/, p0) (prefix p/)",
    "[z, <open ended>",
    "KV Write:",
    "[a, c)",
    "[p/, p0) (prefix p/)",
  ]);
  const { permissions } = await roles.get("wide");
  assertEquals(
    permissions.map(({ type, key, rangeEnd }) =>
      `${type} ${key.text()} ${rangeEnd?.text() ?? "alone"}`
    ),
    ["write a c", "read one alone", "readwrite p/ p0", "read z \0"],
  );
  await roles.revokePermission("wide", range("a", "c"));
  await roles.revokePermission("wide", "one");
  await roles.revokePermission("wide", fromKey("z"));
  assertEquals((await roles.get("wide")).permissions.length, 1);
  assertEquals(await roles.list(), await ctl("role", "list"));
  await roles.delete("wide");
  assertEquals(await codeOf(roles.get("wide")), "role_not_found");
});

Deno.test("client.auth tells whether auth is on, where the server can", async () => {
  await using root = asRoot();
  if (cluster.binaries.version.startsWith("3.4.")) {
    const error = await assertRejects(
      () => root.auth.status(),
      UnsupportedError,
    );
    assertEquals(error.needs, "etcd 3.5");
  } else {
    const { enabled, authRevision } = await root.auth.status();
    assert(enabled);
    await root.auth.roles.add("another");
    assertEquals((await root.auth.status()).authRevision, authRevision + 1n);
  }
  await setAuth(cluster, "off");
  await using nobody = clientAs(cluster, {});
  assertEquals(await codeOf(nobody.get("x")), "none");
  await nobody.auth.enable();
  assertEquals(await codeOf(nobody.get("x")), "user_empty");
});

Deno.test("client.auth passes on what the server refuses", async () => {
  await using root = asRoot();
  const { users, roles } = root.auth;
  const codes = [
    await codeOf(users.add("root", { password: "x" })),
    await codeOf(users.grantRole("nobody", "root")),
    await codeOf(users.grantRole("root", "nothing")),
    await codeOf(users.revokeRole("alice", "root")),
    await codeOf(roles.add("root")),
    await codeOf(roles.revokePermission("app", "elsewhere")),
    await codeOf(users.delete("root")),
  ];
  assertEquals(codes, [
    "user_already_exists",
    "user_not_found",
    "role_not_found",
    "role_not_granted",
    "role_already_exists",
    "permission_not_granted",
    "invalid_auth_management",
  ]);
});

Deno.test("client.auth refuses bad arguments before anything is sent", async () => {
  await using root = asRoot();
  const { users, roles } = root.auth;
  const bad: readonly (readonly [string, () => Promise<unknown>])[] = [
    ["name", () => users.add("", { password: "x" })],
    ["password", () => users.add("u", { password: "" })],
    [
      "noPassword",
      () => users.add("u", { password: "x", noPassword: true } as never),
    ],
    ["role", () => users.grantRole("u", "")],
    [
      "type",
      () => roles.grantPermission("r", { type: "own" as never, keys: "" }),
    ],
    ["key", () => roles.grantPermission("r", { type: "read", keys: "" })],
  ];
  for (const [option, call] of bad) {
    const error = await assertRejects(call, InvalidOptionError);
    assertEquals(error.option, option);
    assertFalse(error.maybeCommitted);
  }
});
