import { assert, assertEquals, assertRejects } from "@std/assert";
import { prefix } from "../../../mod.ts";
import { etcdctl, type TestCluster } from "../../harness/mod.ts";
import { clientAs, codeOf, ROOT } from "../auth/_subject.ts";
import { type Checks, ctl } from "./_check.ts";

/** What `etcdctl` says to a user who reads a key. */
async function refusal(cluster: TestCluster, user: string): Promise<string> {
  const { message } = await assertRejects(
    () => etcdctl(cluster, ["get", "x"], { user }),
    Error,
  );
  return message;
}

/** The service of users and roles; from `authEnable` on, auth is on. */
export const AUTH_CHECKS: Checks<"auth"> = {
  async userAdd({ cluster, client }) {
    const { users } = client.auth;
    await users.add(ROOT.username, { password: ROOT.password });
    await users.add("carol", { password: "first" });
    await users.add("certificate", { noPassword: true });
    assertEquals(
      await ctl(cluster, "user", "list"),
      ["carol", "certificate", "root"],
    );
  },

  async userList({ cluster, client }) {
    await ctl(cluster, "user", "add", "dave:password");
    const users = await client.auth.users.list();
    assertEquals(users, await ctl(cluster, "user", "list"));
    assert(users.includes("dave"));
  },

  async roleAdd({ cluster, client }) {
    for (const role of ["root", "r1", "r2"]) await client.auth.roles.add(role);
    assertEquals(await ctl(cluster, "role", "list"), ["r1", "r2", "root"]);
  },

  async roleList({ cluster, client }) {
    await ctl(cluster, "role", "add", "r3");
    const roles = await client.auth.roles.list();
    assertEquals(roles, await ctl(cluster, "role", "list"));
    assert(roles.includes("r3"));
  },

  async userGrantRole({ cluster, client }) {
    const { users } = client.auth;
    await users.grantRole("root", "root");
    await users.grantRole("carol", "r1");
    await users.grantRole("carol", "r2");
    const told = await ctl(cluster, "user", "get", "carol");
    assertEquals(told, ["User: carol", "Roles: r1 r2"]);
  },

  async userGet({ cluster, client }) {
    await ctl(cluster, "user", "grant-role", "carol", "r3");
    const { roles } = await client.auth.users.get("carol");
    const told = await ctl(cluster, "user", "get", "carol");
    assertEquals(told, ["User: carol", `Roles: ${roles.join(" ")}`]);
    assert(roles.includes("r3"));
  },

  async userRevokeRole({ cluster, client }) {
    const { users } = client.auth;
    for (const role of ["r2", "r3"]) await users.revokeRole("carol", role);
    const told = await ctl(cluster, "user", "get", "carol");
    assertEquals(told, ["User: carol", "Roles: r1"]);
  },

  async roleGrantPermission({ cluster, client }) {
    await client.auth.roles.grantPermission("r1", {
      type: "readwrite",
      keys: prefix("p/"),
    });
    assertEquals(await ctl(cluster, "role", "get", "r1"), [
      "Role r1",
      "KV Read:",
      "[p/, p0) (prefix p/)",
      "KV Write:",
      "[p/, p0) (prefix p/)",
    ]);
  },

  async roleGet({ cluster, client }) {
    await ctl(cluster, "role", "grant-permission", "r1", "read", "one");
    const { permissions } = await client.auth.roles.get("r1");
    assertEquals(
      permissions.map(({ type, key, rangeEnd }) =>
        `${type} ${key.text()} ${rangeEnd?.text()}`
      ),
      ["read one undefined", "readwrite p/ p0"],
    );
  },

  async roleRevokePermission({ cluster, client }) {
    await client.auth.roles.revokePermission("r1", "one");
    const told = await ctl(cluster, "role", "get", "r1");
    assert(told.includes("[p/, p0) (prefix p/)") && !told.includes("one"));
  },

  async userDelete({ cluster, client }) {
    await client.auth.users.delete("certificate");
    const told = await ctl(cluster, "user", "list");
    assertEquals(told, ["carol", "dave", "root"]);
    assertEquals(
      await codeOf(client.auth.users.get("certificate")),
      "user_not_found",
    );
  },

  async roleDelete({ cluster, client }) {
    await client.auth.roles.delete("r3");
    assertEquals(await ctl(cluster, "role", "list"), ["r1", "r2", "root"]);
    assertEquals(await codeOf(client.auth.roles.get("r3")), "role_not_found");
  },

  async authEnable({ cluster, client }) {
    assertEquals(await etcdctl(cluster, ["get", "x"]), "");
    await client.auth.enable();
    await assertRejects(
      () => etcdctl(cluster, ["get", "x"]),
      Error,
      "user name is empty",
    );
  },

  async authStatus({ cluster, client }) {
    const { enabled, authRevision } = await client.auth.status();
    assertEquals(await ctl(cluster, "auth", "status"), [
      `Authentication Status: ${enabled}`,
      `AuthRevision: ${authRevision}`,
    ]);
    assert(enabled);
  },

  async authenticate({ cluster }) {
    await using carol = clientAs(cluster, {
      auth: { username: "carol", password: "first" },
    });
    await carol.put("p/x", "carol's");
    assertEquals(await ctl(cluster, "get", "p/x"), ["p/x", "carol's"]);
    assertEquals(await codeOf(carol.put("x", "")), "permission_denied");
  },

  async userChangePassword({ cluster, client }) {
    await client.auth.users.changePassword("carol", "second");
    assert((await refusal(cluster, "carol:second")).includes("denied"));
    const wrong = await refusal(cluster, "carol:first");
    assert(wrong.includes("invalid user ID or password"), wrong);
  },

  async authDisable({ cluster, client }) {
    await client.auth.disable();
    assertEquals(await etcdctl(cluster, ["get", "x"]), "");
  },
};
