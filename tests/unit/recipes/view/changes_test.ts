// The iterations over the changes of a view.
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { EtcdError, InvalidOptionError } from "../../../../mod.ts";
import type { ViewUpdate } from "../../../../recipes/mod.ts";
import { FakeStore, macrotask, type Writes } from "./_fake_store.ts";
import { Followed, shown, startView } from "./_followed.ts";

function texts({ changes, origin }: ViewUpdate<string>): string {
  const all = changes.map((change) => {
    const { type, key, previous = "-", revision } = change;
    const value = type === "put" ? change.value : "";
    return `${type} ${key} ${previous}>${value}@${revision}`;
  });
  return `${origin}: ${all.join(", ")}`;
}

async function writeAll(
  store: FakeStore,
  ...all: readonly Writes[]
): Promise<void> {
  for (const writes of all) {
    store.write(writes);
    store.pump();
    await macrotask();
  }
}

Deno.test("View.changes() tells every change after its call, to each that asked", async () => {
  const store = new FakeStore({ random: () => 1 });
  store.write({ a: "1" });
  await using v = await startView(store);
  store.pump();
  const first = v.changes();
  await writeAll(store, { a: "2", b: "2" });
  const second = v.changes();
  await writeAll(store, { a: undefined }, { a: "4" });
  await v.waitFor(store.revision);
  const told: string[][] = [];
  for (const changes of [first, second]) {
    const own: string[] = [];
    told.push(own);
    for await (const update of changes) {
      own.push(texts(update));
      if (update.revision === 5n) break;
    }
  }
  const [all, later] = told;
  assertEquals(all, [
    "stream: put a 1>2@3, put b ->2@3",
    "stream: delete a 2>@4",
    "stream: put a ->4@5",
  ]);
  assertEquals(later, all?.slice(1));
  // Those that have ended are told nothing.
  await writeAll(store, { a: "5" });
  assertEquals(await first.next(), { done: true, value: undefined });
});

Deno.test("View.changes() tells what a reread has found, newest last, then what is gone", async () => {
  const store = new FakeStore({ random: () => 1 });
  store.write({ a: "1", b: "1", c: "1", d: "1" });
  await using v = await startView(store);
  const followed = new Followed(v);
  store.pump();
  store.connect("nothing");
  store.write({ c: "2" });
  store.write({ a: "3", b: undefined });
  store.write({ e: "4", a: "4" });
  store.compact();
  store.connect("m1");
  store.pump();
  await v.waitFor(5n);
  assertEquals(followed.updates.map(texts), [
    "reread: put c 1>2@3, put a 1>4@5, put e ->4@5, delete b 1>@5",
  ]);
  assertEquals(followed.shown, shown(v));
});

for (const place of ["behind the view", "ahead of the view again"]) {
  Deno.test(`View.changes() tells of another value by the same revision, once a history is lost and the store is ${place}`, async () => {
    const store = new FakeStore({ random: () => 1 });
    store.write({ a: "1", b: "1" });
    const saved = store.save();
    store.write({ a: "2", b: "2" });
    store.writeElsewhere();
    await using v = await startView(store);
    const followed = new Followed(v);
    store.pump();
    store.restore(saved);
    store.write({ a: "other", b: "2" });
    // The watch has noticed, and the range is read again later.
    store.pump();
    if (place !== "behind the view") {
      for (let at = 0; at < 3; at++) store.writeElsewhere();
    }
    const { revision } = store;
    while (v.revision !== revision || v.state.kind !== "connecting") {
      await macrotask();
    }
    assertEquals(followed.updates.map(texts), ["reread: put a 2>other@3"]);
    assertEquals(shown(v), "a=other@3 b=2@3");
  });
}

Deno.test("View.changes() ends for a consumer that is too slow, after what was kept", async () => {
  const store = new FakeStore({ random: () => 1 });
  await using v = await startView(store);
  const changes = v.changes({ buffer: { changes: 2 } });
  await writeAll(store, { a: "1" }, { a: "2", b: "2" }, { a: "3" });
  const told: string[] = [];
  const error = await assertRejects(async () => {
    for await (const update of changes) told.push(texts(update));
  }, EtcdError);
  assertEquals(error.code, "watch_overflow");
  assertEquals(
    error.message,
    "Cannot iterate over the changes of the view any longer: the consumer is behind by more than 'buffer.changes', 2 (watch_overflow)",
  );
  assertEquals(told, [
    "stream: put a ->1@2",
    "stream: put a 1>2@3, put b ->2@3",
  ]);
  // The view goes on, and so do the others.
  assertEquals(v.get("a"), "3");
  assert((await changes.next()).done);
});

Deno.test("View.changes() keeps the last change of each key, if asked to", async () => {
  const store = new FakeStore({ random: () => 1 });
  store.write({ a: "0", c: "0" });
  await using v = await startView(store);
  const changes = v.changes({ buffer: { changes: 1, policy: "coalesce" } });
  await writeAll(
    store,
    { a: "1" },
    { a: "2", b: "2" },
    { b: undefined },
    { c: "4" },
    { c: "bad" },
  );
  const { value } = await changes.next();
  assertEquals(
    value && texts(value),
    "coalesced: put a 0>2@4, delete b ->@5, put c 0>4@6, invalid c 4>@7",
  );
  assertEquals(value?.revision, 7n);
  assertEquals(
    JSON.stringify(value?.changes[0]),
    '{"type":"put","key":"a","value":"2","previous":"0","revision":"4"}',
  );
  await writeAll(store, { c: "bad" }, { c: "bad" }, { c: "10" });
  const healed = await changes.next();
  assertEquals(healed.value && texts(healed.value), "coalesced: put c 4>10@10");
  await writeAll(store, { a: "8" });
  const next = await changes.next();
  assertEquals(next.value && texts(next.value), "stream: put a 2>8@11");
});

Deno.test("View.changes() refuses wrong options, and ends with its signal", async () => {
  const store = new FakeStore();
  await using v = await startView(store);
  for (
    const [option, options] of [
      ["buffer", { buffer: 1 }],
      ["buffer.changes", { buffer: { changes: 0 } }],
      ["buffer.policy", { buffer: { policy: "block" } }],
      ["signal", { signal: 1 }],
    ] as const
  ) {
    const error = assertThrows(
      () => v.changes(options as never),
      InvalidOptionError,
    );
    assertEquals([error.option, error.method], [option, "changes"]);
  }
  const controller = new AbortController();
  const { signal } = controller;
  const changes = v.changes({ signal });
  const waiting = assertRejects(() => changes.next());
  const reason = new Error("enough");
  controller.abort(reason);
  assertEquals(await waiting, reason);
  assertEquals(assertThrows(() => v.changes({ signal })), reason);
});
