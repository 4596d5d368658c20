// The ends of a view, and what then becomes of those who read it or wait.
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  CanceledError,
  InvalidOptionError,
  PermissionDeniedError,
  TimeoutError,
} from "../../../../mod.ts";
import type { View } from "../../../../recipes/mod.ts";
import { FakeStore, macrotask } from "./_fake_store.ts";
import { Followed, startView } from "./_followed.ts";

const DENIED = new PermissionDeniedError("Cannot watch: permission denied", {
  code: "permission_denied",
});

function reads(v: View<string>): readonly (() => unknown)[] {
  return [
    () => v.get("a"),
    () => v.has("a"),
    () => v.entry("a"),
    () => v.size,
    () => v.invalid,
    () => [...v],
    () => v.changes(),
  ];
}

Deno.test("A view that is denied its range ends everything with that error", async () => {
  const store = new FakeStore();
  store.write({ a: "1" });
  await using v = await startView(store);
  const followed = new Followed(v);
  const waited = assertRejects(() => v.waitFor(100n), PermissionDeniedError);
  store.write({ a: "2" });
  store.pump();
  for (const watch of [...store.watches]) watch.end(DENIED);
  assertEquals(await waited, DENIED);
  await followed.done;
  // What had come before is told first.
  assertEquals(followed.shown, "a=2@3");
  assertEquals(followed.error, DENIED);
  assertEquals(v.state, { kind: "closed", reason: DENIED });
  for (const read of reads(v)) assertEquals(assertThrows(read), DENIED);
  assertEquals(await assertRejects(() => v.waitFor(1n)), DENIED);
  assertEquals(v.revision, 3n);
});

Deno.test("A view that ends gives the changes first that nobody has read yet", async () => {
  const store = new FakeStore({ random: () => 1 });
  await using v = await startView(store);
  const changes = v.changes();
  for (const value of ["1", "2"]) {
    store.write({ a: value });
    store.pump();
    await macrotask();
  }
  for (const watch of [...store.watches]) watch.end(DENIED);
  await macrotask();
  const revisions: bigint[] = [];
  const error = await assertRejects(async () => {
    for await (const { revision } of changes) revisions.push(revision);
  });
  assertEquals([revisions, error], [[2n, 3n], DENIED]);
});

Deno.test("A view whose reread is denied ends with that error", async () => {
  const store = new FakeStore({ random: () => 0 });
  store.write({ a: "1" });
  await using v = await startView(store);
  store.connect("nothing");
  store.write({ a: "2" });
  store.write({ a: "3" });
  store.compact();
  store.failures.push(DENIED);
  store.connect("m1");
  store.pump();
  const error = await assertRejects(() => v.waitFor(4n));
  assertEquals(error, DENIED);
});

Deno.test("View.close() ends iterations and waits, and reading", async () => {
  const store = new FakeStore();
  store.write({ a: "1" });
  const v = await startView(store);
  const followed = new Followed(v);
  const waited = assertRejects(() => v.waitFor(100n), CanceledError);
  await v.close();
  await v.close();
  await followed.done;
  assertEquals(followed.error, undefined);
  assertEquals(
    (await waited).message,
    "Cannot wait for the view: the view was closed",
  );
  assertEquals(v.state, { kind: "closed", reason: undefined });
  for (const read of reads(v)) {
    assertEquals(assertThrows(read, CanceledError).code, "canceled");
  }
  assertEquals(store.watches.size, 0);
});

Deno.test("A view ends with its signal, and throws its reason", async () => {
  const store = new FakeStore();
  store.write({ a: "1" });
  const controller = new AbortController();
  const { signal } = controller;
  await using v = await startView(store, { signal });
  const followed = new Followed(v);
  const reason = new Error("enough");
  const waited = assertRejects(() => v.waitFor(100n));
  controller.abort(reason);
  await followed.done;
  assertEquals(followed.error, reason);
  assertEquals(await waited, reason);
  for (const read of reads(v)) assertEquals(assertThrows(read), reason);
});

Deno.test("View.waitFor() waits for revisions that do not change the range", async () => {
  for (const isProxy of [false, true]) {
    const store = new FakeStore({ isProxy });
    store.write({ a: "1" });
    await using v = await startView(store);
    await v.waitFor(2n);
    store.writeElsewhere();
    const reached = v.waitFor(3n);
    let isReached = false;
    void reached.then(() => isReached = true);
    while (!isReached) {
      store.pump();
      await macrotask();
    }
    assertEquals(v.revision, 3n);
    assertEquals(v.get("a"), "1");
  }
});

Deno.test("View.waitFor() is over when the events before have been taken", async () => {
  let share = 1;
  const store = new FakeStore({ random: () => share });
  store.write({ a: "0" });
  await using v = await startView(store);
  store.pump();
  const waited = v.waitFor(9n);
  for (let at = 1; at <= 6; at++) store.write({ a: `${at}` });
  store.writeElsewhere();
  // All that comes at once is one batch for each, and then how far that was.
  share = 0.1;
  for (let at = 1; at <= 6; at++) store.pump();
  let isReached = false;
  void waited.then(() => isReached = true);
  while (!isReached) {
    await macrotask();
    store.pump();
  }
  assertEquals([v.get("a"), v.revision], ["6", 9n]);
});

Deno.test("View.waitFor() ends with its time or its signal", async () => {
  const store = new FakeStore();
  await using v = await startView(store);
  const error = await assertRejects(
    () => v.waitFor(9n, { timeoutMs: 1 }),
    TimeoutError,
  );
  assertEquals(
    error.message,
    "Cannot wait for revision 9 of the view: not done within 1 ms (timeout)",
  );
  const controller = new AbortController();
  const { signal } = controller;
  const reason = new Error("enough");
  const waited = assertRejects(() => v.waitFor(9n, { signal }));
  controller.abort(reason);
  assertEquals(await waited, reason);
  assertEquals(await assertRejects(() => v.waitFor(1n, { signal })), reason);
  for (
    const [option, call] of [
      ["revision", () => v.waitFor(9 as unknown as bigint)],
      ["timeoutMs", () => v.waitFor(9n, { timeoutMs: -1 })],
      ["signal", () => v.waitFor(9n, { signal: {} as AbortSignal })],
    ] as const
  ) {
    const { option: named, method } = await assertRejects(
      call,
      InvalidOptionError,
    );
    assertEquals([named, method], [option, "waitFor"]);
  }
});
