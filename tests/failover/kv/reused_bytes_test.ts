// One buffer for many calls, against a real etcd: what is stored and deleted
// is what was in it when each call was made.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Buffer } from "node:buffer";
import {
  compare,
  InvalidOptionError,
  type Kv,
  op,
  type Operation,
  prefix,
} from "../../../mod.ts";
import { client, nextSerial, startOneMember } from "../_one_member.ts";

startOneMember();

const utf8 = new TextEncoder();

const KINDS: Readonly<Record<string, () => Kv>> = {
  "off": () => client.kv,
  "reads": () => client.kv.batched("reads"),
  "all": () => client.kv.batched("all"),
};

/** A buffer that holds one digit behind a prefix of its own. */
function digits(): { readonly bytes: Buffer; set(digit: number): Buffer } {
  const bytes = Buffer.from(`${nextSerial()}/?`);
  return {
    bytes,
    set(digit) {
      bytes.write(String(digit), bytes.length - 1);
      return bytes;
    },
  };
}

for (const [kind, make] of Object.entries(KINDS)) {
  Deno.test(`batch: ${kind} | five puts, gets and deletes from one buffer are of five keys`, async () => {
    const kv = make();
    const key = digits();
    const value = new Uint8Array(1);
    const each = <T>(call: (at: number) => Promise<T>) =>
      Promise.all([0, 1, 2, 3, 4].map(call));
    await each((at) => {
      value[0] = 48 + at;
      return kv.put(key.set(at), value);
    });
    const stored = async () => {
      const all = prefix(key.bytes.subarray(0, -1));
      const { kvs } = await client.range(all);
      return kvs.map((one) => `${one.key.text().at(-1)}${one.value.text()}`);
    };
    assertEquals(await stored(), ["00", "11", "22", "33", "44"]);
    const got = await each((at) => kv.get(key.set(at)));
    assertEquals(got.map((one) => one?.value.text()).join(""), "01234");
    // One that is never asked for stays.
    const keys = [0, 1, 3, 2].map((at) => kv.delete(key.set(at)));
    key.set(4);
    const deleted = await Promise.all(keys);
    assertEquals(deleted.map((one) => one.deleted), [1n, 1n, 1n, 1n]);
    assertEquals(await stored(), ["44"]);
  });
}

Deno.test("prefix() means the keys it was made for, whatever becomes of its bytes", async () => {
  const space = client.namespace(`${nextSerial()}/`);
  for (const key of ["a/1", "a/2", "b/1"]) await space.put(key, "x");
  const bytes = utf8.encode("b/");
  const keys = prefix(bytes);
  bytes.set(utf8.encode("a/"));
  assertEquals((await space.delete(keys)).deleted, 1n);
  assertEquals((await space.range(prefix(""))).count, 2n);
});

Deno.test("the operations of a transaction from one buffer are of five keys", async () => {
  const key = digits();
  const conditions = [];
  const puts: Operation[] = [];
  for (let at = 0; at < 5; at++) {
    conditions.push(compare.version(key.set(at), "=", 0n));
    puts.push(op.put(key.set(at), key.bytes));
  }
  key.set(0);
  const { succeeded } = await client.txn({ if: conditions, then: puts });
  assert(succeeded);
  const { kvs } = await client.range(prefix(key.bytes.subarray(0, -1)));
  assertEquals(kvs.map((one) => one.key.text().at(-1)).join(""), "01234");
  assert(kvs.every((one) => one.key.text() === one.value.text()));
});

Deno.test("list() gives each key once to a reader that writes to what it gets", async () => {
  const key = digits();
  for (let at = 0; at < 5; at++) await client.put(key.set(at), "x");
  const listed: string[] = [];
  const all = prefix(key.bytes.subarray(0, -1));
  for await (const one of client.list(all, { pageSize: 2 })) {
    listed.push(one.key.text());
    one.key.fill(0xff);
  }
  assertEquals(listed.map((one) => one.at(-1)).join(""), "01234");
});

Deno.test("a session goes by the bytes it was given, whatever is written to what it gave", async () => {
  await using session = await client.session();
  const name = digits();
  const [first, second] = [1, 2].map((at) => session.lock(name.set(at)));
  const text = name.bytes.toString();
  const held = await Promise.all([first, second]);
  const ends = held.map((lock) => lock?.key.text().split("/")[1]);
  assertEquals(ends, ["1", "2"]);
  for (const lock of held) await lock?.unlock();

  const leaders = session.observe(name.bytes);
  const value = utf8.encode("first");
  const campaign = session.campaign(name.bytes, value);
  name.bytes.fill(0);
  value.fill(0);
  const leadership = await campaign;
  assert(leadership.key.text().startsWith(text));
  const { value: told } = await leaders.next();
  assertEquals(told?.value.text(), "first");
  for (const key of [told?.key, leadership.key, leadership.guard.key]) {
    (key as Uint8Array).fill(0);
  }
  const next = leaders.next();
  await leadership.proclaim("second");
  assertEquals((await next).value?.value.text(), "second");
  await leaders.return?.();
});

Deno.test("keys that only differ in half a surrogate pair are refused, not mixed up", async () => {
  const space = client.namespace(`${nextSerial()}/`);
  for (const key of ["k\ud800", "k\udfff"]) {
    const error = await assertRejects(
      () => space.put(key, "x"),
      InvalidOptionError,
    );
    assertEquals([error.option, error.value], ["key", key]);
  }
  assertEquals((await space.range(prefix(""))).count, 0n);
});
