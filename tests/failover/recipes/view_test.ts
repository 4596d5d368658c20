// Views by a real server: namespaces, waits, and the ends that do not pass.
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertThrows,
} from "@std/assert";
import {
  ClientClosedError,
  PermissionDeniedError,
  prefix,
} from "../../../mod.ts";
import { json, view, waitFor } from "../../../recipes/mod.ts";
import { waitFor as until } from "../../harness/mod.ts";
import { cluster, startCluster } from "../_cluster.ts";
import { ALICE, clientAs, ROOT, setUp } from "../auth/_subject.ts";

startCluster({ members: 1 });

Deno.test("A view and a wait of a namespace have its keys without the prefix", async () => {
  await using client = clientAs(cluster, {});
  const app = client.namespace("app/");
  await client.put("elsewhere", "1");
  await app.put("b", "1");
  await app.put(new Uint8Array([0xff, 0x00]), "2");
  await using v = await view(app, prefix(""), { codec: json<number>() });
  const changes = v.changes();
  await app.put("a", "3");
  const { value } = await changes.next();
  assertEquals(value?.changes.map(({ key }) => key.text()), ["a"]);
  assertEquals([...v].map(({ value }) => value), [3, 1, 2]);
  assertEquals(await waitFor(app, "a", (one) => one.get("a")), "3");
});

Deno.test("View.waitFor() reaches a write elsewhere, and one that is still to come", async () => {
  await using client = clientAs(cluster, {});
  await using v = await view(client, prefix("quiet/"));
  const { header } = await client.put("elsewhere", "2");
  await v.waitFor(header.revision, { timeoutMs: 30_000 });
  assert(v.revision >= header.revision);
  const later = v.waitFor(v.revision + 2n, { timeoutMs: 30_000 });
  await client.put("elsewhere", "3");
  await client.put("elsewhere", "4");
  await later;
});

Deno.test("A view ends with its client", async () => {
  const client = clientAs(cluster, {});
  await using v = await view(client, "a");
  const changes = v.changes();
  const waiting = waitFor(client, "none", (one) => one.get("none"));
  const ended = assertRejects(() => waiting, ClientClosedError);
  await client.close();
  await assertRejects(() => changes.next(), ClientClosedError);
  assertThrows(() => v.get("a"), ClientClosedError);
  await ended;
});

// The last one: from then on only those who say who they are can do anything.
Deno.test("A view that loses the permission ends with that, at its next connection", async () => {
  await setUp(cluster);
  await using root = clientAs(cluster, { auth: ROOT });
  await using alice = clientAs(cluster, { auth: ALICE });
  await assertRejects(() => view(alice, "elsewhere"), PermissionDeniedError);
  await alice.put("app/a", "1");
  await using v = await view(alice, prefix("app/"));
  assertEquals(v.get("app/a"), "1");
  const changes = v.changes();
  const ended = assertRejects(async () => {
    for await (const _ of changes);
  }, PermissionDeniedError);
  await until("a view that is live", () => v.state.kind === "live");
  await root.auth.roles.revokePermission("app", prefix("app/"));
  await cluster.members[0]?.proxy.cutAll();
  await ended;
  const { state } = v;
  assert(state.kind === "closed");
  assertInstanceOf(state.reason, PermissionDeniedError);
  assertEquals(assertThrows(() => v.get("app/a")), state.reason);
});
