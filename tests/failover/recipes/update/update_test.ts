// update() on a real server without faults, and with functions that are bad.
import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import {
  ClientClosedError,
  CodecError,
  TimeoutError,
} from "../../../../errors/mod.ts";
import { update } from "../../../../recipes/mod.ts";
import {
  faultyClient,
  other,
  startFaultyMember,
} from "../../_faulty_member.ts";
import {
  addOne,
  failure,
  newKey,
  number,
  numberAt,
} from "../_faulty_subject.ts";

startFaultyMember();

Deno.test("update() puts, leaves and deletes", async () => {
  const key = newKey();
  const seen: (string | undefined)[] = [];
  const become = (next: string | null | undefined) =>
    update(other, key, (old) => {
      seen.push(old);
      return Promise.resolve(next);
    });
  const none = await become(null);
  const first = await become("a");
  const kv = await other.get(key);
  const left = await become(undefined);
  const second = await become("b");
  const gone = await become(null);
  assertEquals(seen, [undefined, undefined, "a", "a", "b"]);
  assertEquals(first, {
    action: "put",
    value: "a",
    revision: kv?.modRevision ?? 0n,
    attempts: 1,
  });
  assertEquals([none.action, left.action, gone.action], [
    "none",
    "none",
    "delete",
  ]);
  assertEquals(left.action === "none" && left.value, "a");
  assert(gone.revision > second.revision);
  assertEquals(await other.get(key), undefined);
});

Deno.test("update() has each effect once among many, and says the attempts", async () => {
  const key = newKey();
  const app = other.namespace("in a/");
  const results = await Promise.all(
    Array.from(
      { length: 20 },
      () => update(app, key, addOne, { codec: number }),
    ),
  );
  assertEquals(await numberAt(`in a/${key}`), 20);
  const revisions = new Set(results.map(({ revision }) => revision));
  assertEquals(revisions.size, 20);
  assert(results.some(({ attempts }) => attempts > 1));
});

Deno.test("update() keeps the key's lease, or gives it another", async () => {
  const key = newKey();
  await using one = await other.lease.grant(60);
  await using two = await other.lease.grant(60);
  const leaseOf = async () => (await other.get(key))?.lease;
  await update(other, key, () => "a", { lease: one });
  assertEquals(await leaseOf(), one.id);
  await update(other, key, () => "b");
  assertEquals(await leaseOf(), one.id);
  await update(other, key, () => "c", { lease: two.id });
  assertEquals(await leaseOf(), two.id);
  await update(other, key, () => "d", { lease: 0n });
  assertEquals(await leaseOf(), 0n);
});

Deno.test("update() with attempts ends when others are always quicker", async () => {
  const key = newKey();
  let calls = 0;
  const error = await failure(update(other, key, async () => {
    await other.put(key, `${++calls}`);
    return "mine";
  }, { attempts: 3 }));
  assertEquals([error.code, error.retryable, error.maybeCommitted, calls], [
    "aborted",
    true,
    false,
    3,
  ]);
  assertEquals(
    error.message,
    `Cannot update "${key}": others have changed it each of 3 times (aborted)`,
  );
  assertEquals(await numberAt(key), 3);
});

Deno.test("update() throws what the function throws, and writes nothing", async () => {
  const key = newKey();
  const thrown = new Error("not now");
  for (
    const change of [() => Promise.reject(thrown), () => {
      throw thrown;
    }]
  ) {
    const error = await assertRejects(() => update(other, key, change));
    assertEquals(error, thrown);
  }
  assertEquals(await other.get(key), undefined);
});

Deno.test("update() names key and revision of what has no codec", async () => {
  const key = newKey();
  const { header } = await other.put(key, "{");
  const error = await assertRejects(
    () => update(other, key, addOne, { codec: number }),
    CodecError,
  );
  assertEquals([error.direction, error.key, error.revision], [
    "decode",
    key,
    header.revision,
  ]);
  const refused = await assertRejects(
    () =>
      update(other, key, () => "b", {
        codec: {
          encode() {
            throw new TypeError("no such text");
          },
          decode: () => "a",
        },
      }),
    CodecError,
  );
  assertEquals([refused.direction, refused.key], ["encode", key]);
  assertEquals((await other.get(key))?.value.text(), "{");
});

Deno.test("update() does not write what a function gives too late", async () => {
  const key = newKey();
  const late = Promise.withResolvers<string>();
  const error = await assertRejects(
    () => update(other, key, () => late.promise, { timeoutMs: 50 }),
    TimeoutError,
  );
  assertEquals(
    error.message,
    `Cannot update "${key}", whose new value is not there yet: not done within 50 ms (timeout)`,
  );
  const abort = new AbortController();
  const reason = new Error("enough");
  const aborted = update(other, key, () => {
    abort.abort(reason);
    return late.promise;
  }, { signal: abort.signal });
  assertEquals(await assertRejects(() => aborted), reason);
  late.resolve("late");
  await late.promise;
  assertEquals(await other.get(key), undefined);
});

Deno.test("update() of a client that is closed meanwhile rejects", async () => {
  const client = faultyClient();
  const key = newKey();
  const error = await assertRejects(
    () =>
      update(client, key, async () => {
        await client.close();
        return "late";
      }),
    ClientClosedError,
  );
  assertFalse(error.maybeCommitted);
  assertEquals(await other.get(key), undefined);
});

Deno.test("update() meets what else etcd refuses", async () => {
  const error = await failure(
    update(other, newKey(), () => "x", { lease: 12345n }),
  );
  assertEquals(error.code, "lease_not_found");
});
