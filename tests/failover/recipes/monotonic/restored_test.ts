// monotonic() on a store that goes back, and what counts as seen.
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  type Client,
  compare,
  FutureRevisionError,
  HistoryLostError,
  InvalidOptionError,
  op,
  prefix,
} from "../../../../mod.ts";
import { monotonic, update, view } from "../../../../recipes/mod.ts";
import {
  cluster,
  goBack,
  other,
  startRestorable,
  tested,
  write,
} from "../../_restored.ts";

startRestorable();

/** A client whose store has gone back behind what `read` has seen. */
async function wentBack(
  client: Client,
  see: () => Promise<unknown>,
): Promise<void> {
  const file = await cluster.snapshot();
  await write(client, "mono/later", 20);
  await see();
  await goBack({ snapshot: file });
}

Deno.test("monotonic() tells a store that has gone back, until it is told to forget", async () => {
  await using client = tested();
  await client.put("mono/a", "old");
  const keys = monotonic(client);
  await wentBack(client, () => keys.get("mono/a"));
  const seen = keys.seenRevision;
  const serializable = true;
  for (
    const read of [
      () => keys.get("mono/a"),
      () => keys.get("mono/a", { serializable }),
      () => keys.range(prefix("mono/"), { serializable }),
      () => keys.txn({ then: [op.get("mono/a", { serializable })] }),
      () => keys.txn({ if: [compare.version("mono/a", ">", 0n)] }),
      () => Array.fromAsync(keys.list(prefix("mono/"))),
    ]
  ) {
    const error = await assertRejects<HistoryLostError>(read, HistoryLostError);
    assertEquals(error.receivedRevision, seen);
    assert(error.currentRevision < seen);
    assert(error.message.includes(`though revision ${seen} was seen`));
  }
  // What is written is written.
  const { header } = await keys.put("mono/a", "new");
  assert(header.revision < seen);
  assertEquals(keys.seenRevision, seen);
  keys.forget();
  assertEquals(keys.seenRevision, 0n);
  assertEquals(
    (await keys.get("mono/a", { serializable }))?.value.text(),
    "new",
  );
  assertEquals(keys.seenRevision, header.revision);
});

Deno.test("monotonic() that forgets goes on by itself, and so do recipes over it", async () => {
  await using client = tested();
  const keys = monotonic(client, { onHistoryLost: "forget" });
  await keys.put("mono/b", "1");
  await using followed = await view(keys, prefix("mono/"));
  const file = await cluster.snapshot();
  const lost = await write(client, "mono/later", 20);
  await followed.waitFor(lost);
  await keys.get("mono/b");
  await goBack({ snapshot: file });
  const read = await keys.get("mono/b", { serializable: true });
  assertEquals(read?.value.text(), "1");
  assert(keys.seenRevision < lost);
  const add = (old = "0") => `${Number(old) + 1}`;
  assertEquals((await update(keys, "mono/b", add)).action, "put");
  const { header } = await keys.put("mono/c", "1");
  assertEquals(keys.seenRevision, header.revision);
});

Deno.test("monotonic() has seen what reads, writes, transactions and events had", async () => {
  await using client = tested();
  await using writer = other();
  const keys = monotonic(client);
  assertEquals(keys.seenRevision, 0n);
  const now = async () => (await writer.put("mono/n", "")).header.revision;
  const seen = () => keys.seenRevision;
  let revision = await now();
  await keys.get("mono/n");
  assertEquals(seen(), revision);
  assertEquals((await keys.put("mono/a", "1")).header.revision, seen());
  assertEquals((await keys.delete("mono/a")).header.revision, seen());
  const made = await keys.put("mono/a", "1", { ifAbsent: true });
  assertEquals([made.succeeded, made.header.revision], [true, seen()]);
  const { header } = await keys.txn({ then: [op.put("mono/a", "2")] });
  assertEquals(header.revision, seen());
  revision = await now();
  await keys.kv.batched().get("mono/n");
  assertEquals(seen(), revision);
  revision = await now();
  await keys.namespace("mono/").get("n");
  assertEquals(seen(), revision);
  revision = await now();
  for await (const _ of keys.list(prefix("mono/"), { pageSize: 1 })) {
    assertEquals(seen(), revision);
  }
  await using watch = keys.watch("mono/n", { startRevision: revision });
  const newer = await now();
  for await (const { kv } of watch.events()) {
    // Those that come together are seen together.
    assert(seen() >= kv.modRevision);
    if (kv.modRevision === newer) break;
  }
  // At a revision that was asked for, nothing newer is seen.
  const again = monotonic(client);
  await again.get("mono/n", { revision });
  await Array.fromAsync(again.list(prefix("mono/"), { revision }));
  assertEquals(again.seenRevision, revision);
});

Deno.test("monotonic() takes note of what was seen elsewhere", async () => {
  await using client = tested();
  const ahead = (await client.put("mono/a", "1")).header.revision + 5n;
  const keys = monotonic(client, { seenRevision: ahead });
  await assertRejects(() => keys.get("mono/a"), HistoryLostError);
  await write(client, "mono/a", 5);
  await keys.get("mono/a", { serializable: true });
  keys.observe(1n);
  assertEquals(keys.seenRevision, ahead);
  keys.observe(ahead + 1n);
  await assertRejects(() => keys.get("mono/a"), HistoryLostError);
  await assertRejects(
    () => keys.get("mono/a", { revision: ahead + 1n, serializable: true }),
    FutureRevisionError,
  );
});

Deno.test("A watch from now on tells nothing that was seen before", async () => {
  await using client = tested();
  const keys = monotonic(client);
  const { header } = await keys.put("mono/w", "1");
  // As if the member that the watch is at were so much behind.
  keys.observe(header.revision + 2n);
  await using watch = keys.watch("mono/w");
  await watch.ready;
  await write(client, "mono/w", 4);
  const told: bigint[] = [];
  for await (const { kv } of watch.events()) {
    told.push(kv.modRevision - header.revision);
    if (told.length === 2) break;
  }
  assertEquals(told, [3n, 4n]);
});

Deno.test("monotonic() refuses what it cannot use, before anything is sent", async () => {
  await using client = tested();
  const bad: readonly (readonly [unknown[], string])[] = [
    [[{}], "ks"],
    [[null], "ks"],
    [[client, { seenRevision: 5 }], "seenRevision"],
    [[client, { seenRevision: -1n }], "seenRevision"],
    [[client, { onStale: "wait" }], "onStale"],
    [[client, { onHistoryLost: true }], "onHistoryLost"],
    [[client, { retries: 3 }], "retries"],
  ];
  for (const [given, option] of bad) {
    const error = assertThrows(
      () => (monotonic as (...all: unknown[]) => unknown)(...given),
      InvalidOptionError,
    );
    assertEquals([error.method, error.option], ["monotonic", option]);
  }
  const keys = monotonic(client);
  const wrong = assertThrows(
    () => keys.observe(-1n),
    InvalidOptionError,
  );
  assertEquals([wrong.method, wrong.option], ["observe", "revision"]);
  const limit = { limit: 1 } as object;
  const got = await assertRejects(
    () => keys.get("a", limit),
    InvalidOptionError,
  );
  assertEquals([got.method, got.option], ["get", "limit"]);
  for (const call of ["range", "txn"] as const) {
    for (const given of [null, 5, {}, { then: 5 }, { if: [{}] }]) {
      // Those are transactions.
      if (call === "txn" && given !== null && !Object.keys(given).length) {
        continue;
      }
      const error = await assertRejects(
        () => (keys[call] as (given: unknown) => Promise<unknown>)(given),
        InvalidOptionError,
      );
      assertEquals(error.method, call);
    }
  }
  const listed = assertThrows(
    () => keys.list(prefix("a"), { pageSize: 0 }),
    InvalidOptionError,
  );
  assertEquals([listed.method, listed.option], ["list", "pageSize"]);
  assertEquals(client.balancer.dials, 0);
});
