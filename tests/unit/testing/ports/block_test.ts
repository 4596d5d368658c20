// Ports of one cluster, which others leave alone.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { TestingError } from "../../../../testing/errors/mod.ts";
import {
  PortBlock,
  type PortRange,
  retryOnTakenPort,
} from "../../../../testing/ports/mod.ts";

/** A range that is nobody's, three blocks of two ports and a mark each. */
async function freeRange(): Promise<PortRange> {
  const block = await PortBlock.claim();
  const [first = 0] = await block.take(1);
  await block.close();
  return { first, blocks: 3, blockSize: 3 };
}

Deno.test("PortBlock gives ports that are free at once, by turns, and none of another block", async () => {
  const one = await PortBlock.claim();
  const other = await PortBlock.claim();
  const first = await one.take(5);
  const next = await one.take(5);
  const others = await other.take(5);
  assertEquals(new Set([...first, ...next, ...others]).size, 15);
  for (const port of [...first, ...others]) {
    assert(port > 20_000 && port < 30_000, `${port}`);
    Deno.listen({ hostname: "127.0.0.1", port }).close();
  }
  await Promise.all([one.close(), other.close()]);
  await one.close();
});

Deno.test("PortBlock passes over a port that another program has", async () => {
  const block = await PortBlock.claim();
  const [taken = 0, ...rest] = await block.take(99);
  using _ = Deno.listen({ hostname: "127.0.0.1", port: taken });
  const again = await block.take(98);
  assert(!again.includes(taken));
  assertEquals(again.toSorted(), rest.toSorted());
  await block.close();
});

Deno.test("PortBlock without a port that is free says so, and what helps", async () => {
  const range = await freeRange();
  const block = await PortBlock.claim(range);
  const error = await assertRejects(
    () => block.take(3),
    TestingError,
    "Cannot find 3 free ports between ",
  ) as TestingError;
  assert(/between (\d+) and (\d+): found 2$/m.test(error.message));
  assertEquals(error.reason, "ports");
  assert(error.message.includes("Any of these helps: end what listens"));
  // What it tried is free again.
  assertEquals((await block.take(2)).length, 2);
  await block.close();
});

Deno.test("PortBlock takes ports from anywhere once every block is taken", async () => {
  const range = await freeRange();
  const blocks = [];
  for (let n = 0; n < 4; n++) blocks.push(await PortBlock.claim(range));
  const [port = 0] = await blocks[3]?.take(1) ?? [];
  assert(port >= range.first && port < range.first + 9, `${port}`);
  for (const block of blocks) await block.close();
});

Deno.test("retryOnTakenPort() tries three times, and only for a port that is taken", async () => {
  const taken = new TestingError("taken", { reason: "ports" });
  for (const error of [taken, new Error("broken")]) {
    let tries = 0;
    const failing = () => {
      tries++;
      return Promise.reject(error);
    };
    await assertRejects(() => retryOnTakenPort(failing), Error, error.message);
    assertEquals(tries, error === taken ? 3 : 1);
  }
});
