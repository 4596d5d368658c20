// Rights in every form, held against what etcdctl says, and what is refused.
import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import {
  type Client,
  fromKey,
  InvalidOptionError,
  prefix,
  range,
  UnsupportedError,
} from "../../../mod.ts";
import { cluster, startCluster } from "../_cluster.ts";
import { clientAs, codeOf, ROOT, setAuth, setUp } from "./_subject.ts";
import { ctl } from "../every_rpc/_check.ts";

startCluster({ members: 1 });

Deno.test.beforeAll(() => setUp(cluster));

function asRoot(): Client {
  return clientAs(cluster, { auth: ROOT });
}

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
  assertEquals(await ctl(cluster, "role", "get", "wide"), [
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
  assertEquals(await roles.list(), await ctl(cluster, "role", "list"));
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
      "grant.type",
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
