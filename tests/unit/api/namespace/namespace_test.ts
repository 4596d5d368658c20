// Namespaces over a store in memory, held against a model that only filters.
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  type KeyspaceParts,
  NamespacedKeys,
} from "../../../../api/namespace/namespace.ts";
import { SYSTEM_CLOCK } from "../../../../balancers/transport/mod.ts";
import { keysUnder } from "../../../../api/namespace/_range.ts";
import {
  all,
  Client,
  compare,
  fromKey,
  InvalidOptionError,
  type Key,
  type KeyRange,
  type Keyspace,
  op,
  prefix,
  range,
  UnsupportedError,
} from "../../../../mod.ts";
import { seededRandom } from "../../support/_fake_clock.ts";
import { id, MemoryStore } from "../kv/_memory_store.ts";

/** What a server without the method for streams of keys answers. */
function tooOld(): UnsupportedError {
  return new UnsupportedError("Cannot range: needs etcd 3.7", {
    code: "unsupported",
    needs: "etcd 3.7",
  });
}

/** A key space whose calls end in a store. */
function namespaceOf(store: MemoryStore, at: Key): Keyspace {
  const parts = {
    caller: store,
    kvCaller: store,
    batching: () => store,
    opener: {
      open: () => Promise.reject(tooOld()),
    },
    leases: { over: () => undefined },
    clock: SYSTEM_CLOCK,
  };
  return new NamespacedKeys(parts as unknown as KeyspaceParts, at);
}

function bytes(...values: readonly number[]): Uint8Array {
  return Uint8Array.from(values);
}

// Few byte values, so that keys are often equal, near, or at an edge.
const BYTES = [0x00, 0x01, 0x61, 0x62, 0xfe, 0xff];

class Draw {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  key(most: number): Uint8Array {
    return Uint8Array.from(
      { length: 1 + this.below(most) },
      () => BYTES[this.below(BYTES.length)] ?? 0,
    );
  }

  /** A range with what the model makes of it: whether a key is in it. */
  range(): { keys: Key | KeyRange; has: (key: string) => boolean } {
    const one = this.key(3);
    const other = this.key(3);
    const [low, high] = id(one) < id(other) ? [one, other] : [other, one];
    switch (this.below(5)) {
      case 0:
        return { keys: one, has: (key) => key === id(one) };
      case 1:
        return { keys: prefix(one), has: (key) => key.startsWith(id(one)) };
      case 2:
        return { keys: fromKey(one), has: (key) => key >= id(one) };
      case 3:
        if (id(low) === id(high)) break;
        return {
          keys: range(low, high),
          has: (key) => key >= id(low) && key < id(high),
        };
    }
    return this.below(2) === 0
      ? { keys: all(), has: () => true }
      : { keys: prefix(""), has: () => true };
  }
}

Deno.test("Keyspace.namespace() sees its keys and no others, whatever the bytes", async () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const draw = new Draw(seed);
  const note = `seed ${seed}`;
  for (let round = 0; round < 300; round++) {
    const store = new MemoryStore();
    const outside = namespaceOf(store, bytes(0x61));
    const first = draw.key(2);
    const second = draw.key(2);
    const space = namespaceOf(store, first).namespace(second);
    const under = id(first) + id(second);
    // Some in it, some next to it, some anywhere.
    for (let keys = 0; keys < 20; keys++) {
      await space.put(draw.key(3), "in");
      await outside.put(draw.key(4), "out");
      await namespaceOf(store, draw.key(3)).put(draw.key(2), "out");
    }
    const inside = () =>
      store.keys.filter((key) =>
        key.startsWith(under) && key.length > under.length
      ).map((key) => key.slice(under.length));
    for (let reads = 0; reads < 10; reads++) {
      const { keys, has } = draw.range();
      const model = inside().filter(has);
      const { kvs, count } = await space.range(keys);
      assertEquals(kvs.map(({ key }) => id(key)), model, note);
      assertEquals(count, BigInt(model.length), note);
      const listed: string[] = [];
      for await (const { key } of space.list(keys, { pageSize: 3 })) {
        listed.push(id(key));
      }
      assertEquals(listed, model, note);
      const { succeeded, results } = await space.txn({
        if: [compare.createRevision(keys, "=", 0n)],
        then: [op.range(keys)],
        else: [op.txn({ then: [op.range(keys)] })],
      });
      assertEquals(succeeded, model.length === 0, note);
      if (!succeeded) {
        const inner = results[0];
        assert(inner.succeeded);
        assertEquals(
          inner.results[0].kvs.map(({ key }) => id(key)),
          model,
          note,
        );
      }
    }
    const { keys, has } = draw.range();
    const gone = inside().filter(has);
    const kept = new Set(
      store.keys.filter((key) =>
        !gone.includes(key.slice(under.length)) || !key.startsWith(under)
      ),
    );
    const { deleted, prevKvs } = await space.delete(keys, { prevKv: true });
    assertEquals(deleted, BigInt(gone.length), note);
    assertEquals(prevKvs.map(({ key }) => id(key)), gone, note);
    assertEquals(store.keys, [...kept].sort(), note);
  }
});

Deno.test("A namespace of 0xff bytes has no end, and one before it ends at the next key", () => {
  const shown = (keys: Uint8Array | KeyRange) =>
    keys instanceof Uint8Array ? [...keys] : [[...keys.start], [...keys.end]];
  const max = bytes(0xff, 0xff);
  assertEquals(shown(keysUnder(max, all())), [[0xff, 0xff, 0], [0]]);
  assertEquals(shown(keysUnder(max, prefix(max))), [
    [0xff, 0xff, 0xff, 0xff],
    [0],
  ]);
  // Not [0x62, 0x00], which would let the key 0x62 in.
  assertEquals(shown(keysUnder(bytes(0x61, 0xff), fromKey("x"))), [
    [0x61, 0xff, 0x78],
    [0x62],
  ]);
  assertEquals(shown(keysUnder(bytes(0x61), "x")), [0x61, 0x78]);
});

Deno.test("Keyspace.namespace() keeps its prefix, refuses none, and names options as they are", async () => {
  await using client = new Client({ endpoints: "http://127.0.0.1:1" });
  const error = assertThrows(() => client.namespace(""), InvalidOptionError);
  assertEquals(error.option, "prefix");
  assertThrows(() => client.namespace("a").namespace(""), InvalidOptionError);
  const store = new MemoryStore();
  const at = bytes(0x61);
  const space = namespaceOf(store, at);
  at[0] = 0x62;
  await space.put("x", "");
  assertEquals(store.keys, ["ax"]);
  // The empty key is none here either, though the prefix would make it one.
  const empty = await assertRejects(
    () => space.put("", "x"),
    InvalidOptionError,
  );
  assertEquals(empty.option, "key");
});
