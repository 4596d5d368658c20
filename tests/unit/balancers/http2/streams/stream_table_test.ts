import { assertEquals, assertStrictEquals } from "@std/assert";
import { StreamTable } from "../../../../../balancers/http2/streams/_stream_table.ts";

interface Item {
  readonly id: number;
}

Deno.test("StreamTable holds what a Map would, whatever comes and goes", () => {
  let seed = 7;
  const random = (below: number) => {
    seed = Math.imul(seed, 1_103_515_245) + 12_345 & 0x7fffffff;
    return (seed >> 8) % below;
  };
  const table = new StreamTable<Item>();
  const model = new Map<number, Item>();
  let nextId = 1;
  for (let step = 0; step < 20_000; step++) {
    // It fills, and empties, in turns.
    const filling = (step >> 11) % 2 === 0;
    if (random(8) < (filling ? 6 : 2)) {
      const item = { id: nextId };
      nextId += 2;
      table.add(item);
      model.set(item.id, item);
    } else {
      const items = [...model.values()];
      const item = items[random(items.length)] ?? { id: nextId };
      table.delete(item);
      model.delete(item.id);
    }
    const asked = random(nextId + 2);
    assertStrictEquals(table.get(asked), model.get(asked));
    assertEquals(table.size, model.size);
  }
  assertEquals(table.values(), [...model.values()]);
});

Deno.test("StreamTable finds ids behind very many that stay", () => {
  const table = new StreamTable<Item>();
  const staying = Array.from(
    { length: 50_000 },
    (_, at) => ({ id: 2 * at + 1 }),
  );
  for (const item of staying) table.add(item);
  for (let id = 100_001; id < 2_100_001; id += 2) {
    const item = { id };
    table.add(item);
    assertStrictEquals(table.get(id), item);
    table.delete(item);
  }
  assertEquals(table.values(), staying);
});

Deno.test("StreamTable takes the last ids there are", () => {
  const table = new StreamTable<Item>();
  const last = { id: 0x7fffffff };
  table.add(last);
  assertStrictEquals(table.get(last.id), last);
  assertEquals(table.get(0), undefined);
  table.delete({ id: 0 });
  assertEquals(table.values(), [last]);
});
