// What a user may not do, and what who is no user is told.
import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { BALANCER_NAMES } from "../../../balancers/mod.ts";
import { AuthError, PermissionDeniedError, prefix } from "../../../mod.ts";
import { startEtcd, type TestCluster } from "../../harness/mod.ts";
import { History } from "../../harness/history.ts";
import { ALICE, clientAs, codeOf, setUp } from "./_subject.ts";

let cluster: TestCluster;
let serial = 0;

Deno.test.beforeAll(async () => {
  cluster = await startEtcd({ members: 1 });
  await setUp(cluster);
});

Deno.test.afterAll(async () => {
  await cluster.close();
});

/** A key of alice's that no other test has. */
function newKey(): string {
  return `app/${++serial}/`;
}

for (const balancer of BALANCER_NAMES) {
  Deno.test(`${balancer} | a watch that is not permitted ends alone`, async () => {
    await using alice = clientAs(cluster, { balancer, auth: ALICE });
    const key = newKey();
    await using mine = alice.watch(prefix(key));
    const history = new History(mine);
    await mine.ready;
    const denied = new History(alice.watch("elsewhere"));
    await denied.done;
    assertInstanceOf(denied.error, PermissionDeniedError);
    const { header } = await alice.put(key, "x");
    await history.reach(header.revision);
    await assertRejects(() => alice.get("elsewhere"), PermissionDeniedError);
    assertEquals(
      await codeOf(alice.put("elsewhere", "x")),
      "permission_denied",
    );
  });
}

Deno.test("batched calls that are not permitted fail alone", async () => {
  await using alice = clientAs(cluster, { auth: ALICE, batch: "all" });
  const key = newKey();
  const codes = await Promise.all(
    [`${key}a`, `${key}b`, "elsewhere", `${key}c`].map((one) =>
      codeOf(alice.put(one, "x"))
    ),
  );
  assertEquals(codes, ["none", "none", "permission_denied", "none"]);
});

Deno.test("a wrong password fails a call and a watch at once", async () => {
  await using client = clientAs(cluster, {
    auth: { username: "alice", password: "wrong" },
  });
  const error = await assertRejects(() => client.get("app/x"), AuthError);
  assertEquals(
    [error.code, error.message.split(":")[0]],
    ["auth_failed", 'Cannot authenticate as "alice"'],
  );
  const history = new History(client.watch("app/x"));
  await history.done;
  assertInstanceOf(history.error, AuthError);
});

Deno.test("nobody is told that a user is needed", async () => {
  await using nobody = clientAs(cluster, {});
  assertEquals(await codeOf(nobody.get("app/x")), "user_empty");
});
