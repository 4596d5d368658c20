// What a user may not do, and what who is no user is told.
import {
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertRejects,
} from "@std/assert";
import { BALANCER_NAMES } from "../../../balancers/mod.ts";
import {
  AuthError,
  LeaseLostError,
  PermissionDeniedError,
  prefix,
} from "../../../mod.ts";
import { waitFor } from "../../harness/mod.ts";
import { cluster, startCluster } from "../_cluster.ts";
import { History } from "../../harness/history.ts";
import { ALICE, clientAs, codeOf, ROOT, setUp } from "./_subject.ts";

let serial = 0;

startCluster({ members: 1 });

Deno.test.beforeAll(() => setUp(cluster));

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

Deno.test("a lease that may not be renewed any more is lost alone", async () => {
  await using alice = clientAs(cluster, { auth: ALICE });
  await using root = clientAs(cluster, { auth: ROOT });
  await using denied = await alice.lease.grant(3);
  await using other = await alice.lease.grant(3);
  let renewals = 0;
  await denied.keepAlive();
  await other.keepAlive({ onRenewal: () => renewals++ });
  await root.put("elsewhere", "x", { lease: denied.id });
  const code = await codeOf(denied.keepAliveOnce());
  // etcd before 3.5.30 renews it all the same.
  if (code === "none") return await root.delete("elsewhere").then(() => {});
  assertEquals(code, "permission_denied");
  await waitFor("the loss of the lease", () => denied.signal.aborted, {
    timeoutMs: 20_000,
  });
  const { reason } = denied.signal;
  assertInstanceOf(reason, LeaseLostError);
  assertInstanceOf(reason.cause, PermissionDeniedError);
  const before = renewals;
  await waitFor(
    "two renewals",
    () => other.signal.aborted || renewals > before + 1,
  );
  assertFalse(other.signal.aborted, String(other.signal.reason));
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
