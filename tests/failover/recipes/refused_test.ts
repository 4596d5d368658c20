// Registrations and leader loops that etcd refuses, or that cannot reach it, on a
// real server: with a client that is told so where a test cannot wait for it.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { EtcdError, PermissionDeniedError } from "../../../errors/mod.ts";
import { Client, type Keyspace } from "../../../mod.ts";
import { lead, register } from "../../../recipes/mod.ts";
import { waitFor } from "../../harness/mod.ts";
import { cluster, other, startRestorable, tested } from "../_restored.ts";
import { untilEpoch, withTxn } from "./registration/_subject.ts";

startRestorable();

const DENIED = new PermissionDeniedError("Cannot run the transaction: denied", {
  code: "permission_denied",
});

Deno.test("register() that is refused throws at first, and goes on later", async () => {
  await using client = tested();
  let isDenied = true;
  const ks = withTxn(
    client,
    (...given) => isDenied ? Promise.reject(DENIED) : client.kv.txn(...given),
  );
  const refused = await assertRejects(
    () => register(ks, "svc/a", "a"),
    PermissionDeniedError,
  );
  assertEquals([refused, await client.lease.list()], [DENIED, []]);
  isDenied = false;
  await using r = await register(ks, "svc/a", "a", { ttlSeconds: 60 });
  isDenied = true;
  await client.delete("svc/a");
  await waitFor(
    "the refusal",
    () => r.state.kind === "registering" && r.state.reason === DENIED,
  );
  isDenied = false;
  const ask = { client, key: "svc/a", timeoutMs: 10_000 };
  assertEquals((await untilEpoch(r, 2, ask)).value.text(), "a");
});

Deno.test("lead() that is refused throws at first, and goes on later", async () => {
  await using client = tested();
  let isDenied = true;
  const ks: Pick<Keyspace, "kv" | "lease" | "watch" | "session"> = {
    kv: client.kv,
    lease: client.lease,
    watch: client.watch.bind(client),
    session: (options) =>
      isDenied ? Promise.reject(DENIED) : client.session(options),
  };
  const reasons: unknown[] = [];
  let runs = 0;
  const leading = () =>
    lead(ks as Keyspace, "job", "me", async ({ key, signal }) => {
      if (++runs === 2) return;
      isDenied = true;
      await client.delete(key);
      await waitFor("the loss", () => signal.aborted);
    }, {
      ttlSeconds: 60,
      onStateChange(state) {
        if (state.kind !== "campaigning") return;
        reasons.push(state.reason);
        if (state.reason === DENIED) isDenied = false;
      },
    });
  assertEquals(await assertRejects(leading), DENIED);
  isDenied = false;
  await leading();
  assertEquals([runs, reasons.includes(DENIED)], [2, true]);
});

Deno.test("close() of a registration that cannot reach etcd throws, and its key runs out", async () => {
  await using client = new Client({
    endpoints: cluster.endpoints,
    requestTimeoutMs: 500,
    keepAlive: false,
  });
  await using observer = other();
  const r = await register(client, "svc/cut off", "a", { ttlSeconds: 2 });
  const [member] = cluster.members;
  assert(member);
  await member.proxy.set({ kind: "refuse" });
  try {
    await assertRejects(() => r.close(), EtcdError);
    assertEquals(r.state.kind, "closed");
    await waitFor("its end", async () => !await observer.get("svc/cut off"));
  } finally {
    await member.proxy.set({ kind: "pass" });
  }
});

Deno.test("a registration and a leader loop of one client share a name", async () => {
  await using client = tested();
  await using r = await register(client, "shared", "a", { ttlSeconds: 60 });
  const seen = await lead(client, "shared", "me", async ({ guard }) => {
    const { succeeded } = await client.txn({ if: [guard] });
    return [succeeded, (await client.get("shared"))?.value.text()];
  }, { ttlSeconds: 60 });
  assertEquals(seen, [true, "a"]);
  assertEquals([r.state.kind, r.epoch], ["registered", 1]);
});
