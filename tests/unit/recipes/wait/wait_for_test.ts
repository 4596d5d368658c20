import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  InvalidOptionError,
  type Keyspace,
  PermissionDeniedError,
  prefix,
  TimeoutError,
} from "../../../../mod.ts";
import { CodecError } from "../../../../errors/mod.ts";
import { json, waitFor } from "../../../../recipes/mod.ts";
import { waitFor as until } from "../../../harness/mod.ts";
import { seededRandom } from "../../support/_fake_clock.ts";
import { seeds } from "../../support/_seeds.ts";
import { FakeStore, macrotask } from "../view/_fake_store.ts";

/** Lets everything come that is on its way. */
async function settle(store: FakeStore): Promise<void> {
  for (let at = 0; at < 5; at++) {
    store.pump();
    await macrotask();
  }
}

Deno.test("waitFor() resolves at once to what the condition gives", async () => {
  const store = new FakeStore();
  store.write({ a: "1", b: "2" });
  const ks = store.keyspace;
  assertEquals(await waitFor(ks, "a", (view) => view.get("a")), "1");
  assert(await waitFor(ks, prefix(""), (view) => view.size === 2));
  assertEquals(await waitFor(ks, "a", () => 0), 0);
  assertEquals(await waitFor(ks, "a", () => ""), "");
  assertEquals(store.watches.size, 0);
});

Deno.test("waitFor() waits while the condition gives undefined, null or false", async () => {
  for (const notYet of [undefined, null, false] as const) {
    const store = new FakeStore({ random: () => 1 });
    const seen: (number | undefined)[] = [];
    const waited = waitFor(store.keyspace, "a", (view) => {
      const value = view.get("a");
      seen.push(value);
      return value === 3 ? { value } : notYet;
    }, { codec: json<number>() });
    await settle(store);
    for (const value of ["1", "2", "3", "4"]) {
      store.write({ a: value });
      await settle(store);
    }
    assertEquals(await waited, { value: 3 });
    assertEquals(seen, [undefined, 1, 2, 3]);
    assertEquals(store.watches.size, 0);
  }
});

Deno.test("waitFor() loses no wake-up, whenever the change comes", async () => {
  for (const seed of seeds(200)) {
    const random = seededRandom(seed);
    const store = new FakeStore({ random });
    const waited = waitFor(store.keyspace, "a", (view) => view.get("a"));
    for (let at = Math.floor(random() * 6); at > 0; at--) {
      if (random() < 0.5) store.pump();
      if (random() < 0.3) store.writeElsewhere();
      if (random() < 0.2) store.compact();
      await (random() < 0.5 ? macrotask() : Promise.resolve());
    }
    store.write({ a: "here" });
    let result: string | undefined;
    void waited.then((value) => result = value);
    await until(`the wake-up with seed ${seed}`, async () => {
      store.pump();
      await macrotask();
      return result === "here";
    }, { intervalMs: 1 });
  }
});

Deno.test("waitFor() ends with what the condition throws", async () => {
  const store = new FakeStore({ random: () => 1 });
  const reason = new Error("mine");
  const waited = assertRejects(() =>
    waitFor(store.keyspace, "a", (view) => {
      if (view.has("a")) throw reason;
    })
  );
  await settle(store);
  store.write({ a: "1" });
  await settle(store);
  assertEquals(await waited, reason);
  assertEquals(store.watches.size, 0);
});

Deno.test("waitFor() ends with its time, its signal, or the reason why there is no view", async () => {
  const store = new FakeStore();
  const ks = store.keyspace;
  const never = () => undefined;
  const late = await assertRejects(
    () => waitFor(ks, prefix("jobs/"), never, { timeoutMs: 1 }),
    TimeoutError,
  );
  assertEquals(
    late.message,
    'Cannot wait for a condition on the keys from "jobs/" on: not done within 1 ms (timeout)',
  );
  const reason = new Error("enough");
  const controller = new AbortController();
  const { signal } = controller;
  const aborted = assertRejects(() => waitFor(ks, "a", never, { signal }));
  await settle(store);
  controller.abort(reason);
  assertEquals(await aborted, reason);
  assertEquals(
    await assertRejects(() => waitFor(ks, "a", never, { signal })),
    reason,
  );
  const denied = new PermissionDeniedError("Cannot watch: denied", {
    code: "permission_denied",
  });
  const ended = assertRejects(() => waitFor(ks, "a", never));
  await settle(store);
  for (const watch of [...store.watches]) watch.end(denied);
  assertEquals(await ended, denied);
  assertEquals(store.watches.size, 0);
});

Deno.test("waitFor() ends with a value that does not decode, unless told not to", async () => {
  const told: string[] = [];
  for (
    const onInvalid of [
      undefined,
      ({ key }: CodecError) => void told.push(key),
    ]
  ) {
    for (const isThere of [true, false]) {
      const store = new FakeStore({ random: () => 1 });
      if (isThere) store.write({ a: "{" });
      const waited = waitFor(store.keyspace, "a", (view) => view.get("a"), {
        codec: json<number>(),
        onInvalid,
      });
      const settled = onInvalid === undefined
        ? assertRejects(() => waited, CodecError)
        : waited;
      await settle(store);
      if (!isThere) store.write({ a: "{" });
      await settle(store);
      if (onInvalid !== undefined) store.write({ a: "1" });
      await settle(store);
      if (onInvalid !== undefined) assertEquals(await settled, 1);
      await settled;
      assertEquals(store.watches.size, 0);
    }
  }
  assertEquals(told, ["a", "a"]);
});

Deno.test("waitFor() refuses what it is given before it reads anything", async () => {
  const { keyspace: ks } = new FakeStore();
  const yes = () => true;
  for (
    const [option, call] of [
      ["ks", () => waitFor({} as Keyspace, "a", yes)],
      ["key", () => waitFor(ks, "", yes)],
      ["condition", () => waitFor(ks, "a", 1 as never)],
      ["codec", () => waitFor(ks, "a", yes, { codec: 1 as never })],
      ["onInvalid", () => waitFor(ks, "a", yes, { onInvalid: 1 as never })],
      ["signal", () => waitFor(ks, "a", yes, { signal: 1 as never })],
      ["timeoutMs", () => waitFor(ks, "a", yes, { timeoutMs: 0 })],
      ["timeout", () => waitFor(ks, "a", yes, { timeout: 1 } as never)],
      // It would count as true.
      ["condition", () => waitFor(ks, "a", () => Promise.resolve(1))],
    ] as const
  ) {
    const error = await assertRejects<InvalidOptionError>(
      () => Promise.resolve().then<unknown>(call),
      InvalidOptionError,
    );
    assertEquals([error.option, error.method], [option, "waitFor"]);
  }
});
