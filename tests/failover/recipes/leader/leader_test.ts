// Those who follow the leaders of a name, on a real server.
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Client } from "../../../../mod.ts";
import { lead, leader, type PresentLeader } from "../../../../recipes/mod.ts";
import { waitFor } from "../../../harness/mod.ts";
import { goBack, other, startRestorable, tested } from "../../_restored.ts";

startRestorable();

/** Follows a name until it is stopped; `seen` has a text for each leader. */
function following(client: Client, name: string) {
  const seen: string[] = [];
  const stop = new AbortController();
  const ended = (async () => {
    for await (const now of leader(client, name, { signal: stop.signal })) {
      seen.push(now?.value.text() ?? "nobody");
    }
  })();
  // The test that fails before it stops this says why by itself.
  ended.catch(() => {});
  return {
    seen,
    until: (last: string, timeoutMs = 10_000) =>
      waitFor(`the leader ${last}`, () => seen.at(-1) === last, { timeoutMs }),
    async stop() {
      const reason = new Error("enough");
      stop.abort(reason);
      assertEquals(await assertRejects(() => ended), reason);
    },
  };
}

Deno.test("leader() tells the present leader, and follows", async () => {
  await using client = tested();
  const name = "follow";
  const followed = following(client, name);
  await followed.until("nobody");
  let present: PresentLeader | undefined;
  let revision = 0n;
  await lead(client, name, "a", async (leading) => {
    await followed.until("a");
    present = await leader(client, name).get();
    ({ revision } = leading);
    await leading.proclaim("a again");
    await followed.until("a again");
  }, { ttlSeconds: 60 });
  await followed.until("nobody");
  assertEquals([present?.value.text(), present?.revision], ["a", revision]);
  await lead(client, name, "b", () => followed.until("b"), { ttlSeconds: 60 });
  await followed.until("nobody");
  assertEquals(followed.seen, [
    "nobody",
    "a",
    "a again",
    "nobody",
    "b",
    "nobody",
  ]);
  assertEquals(await leader(client, name).get(), undefined);
  await followed.stop();
});

Deno.test("leader() knows sessions that campaign, and not other keys below the name", async () => {
  await using client = tested();
  const app = client.namespace("app/");
  await app.put("svc/config", "no leader");
  await app.put("svc/eu/1f", "no leader either");
  await using session = await app.session({ ttlSeconds: 60 });
  assertEquals(await leader(app, "svc").get(), undefined);
  await using leadership = await session.campaign("svc", "me");
  const now = await leader(app, "svc").get();
  assertEquals([now?.value.text(), now?.key.text(), now?.revision], [
    "me",
    leadership.key.text(),
    leadership.revision,
  ]);
});

Deno.test("leader() follows into a store that has gone back", async () => {
  await using client = tested();
  const name = "restored";
  const followed = following(client, name);
  await followed.until("nobody");
  const before = other();
  const session = await before.session({ ttlSeconds: 60 });
  await session.campaign(name, "lost");
  await followed.until("lost");
  session.lease.orphan();
  await before.close();
  await goBack({
    async before(observer) {
      for (let at = 0; at < 20; at++) await observer.put("filler", `${at}`);
    },
  });
  await followed.until("nobody", 30_000);
  assertEquals(followed.seen, ["nobody", "lost", "nobody"]);
  assert(client.balancer.dials > 1);
  await followed.stop();
});
