/**
 * Opens and closes things on one client, in two rounds, and tells what the
 * heap holds after each: a process of its own, which may ask for a collection.
 * Says so in a line when its client is closed, and ends with its input.
 */
import { Client } from "../../mod.ts";
import { sleep } from "../harness/mod.ts";

const AT_ONCE = 100;

const [endpoint = "", kind = "", count = ""] = Deno.args;
const client = new Client({ endpoints: endpoint });
// One that stays, so that the stream does and each other has to leave it.
const stays = await open();
const heapBytes: number[] = [];
for (let round = 0; round < 2; round++) {
  for (let made = 0; made < Number(count); made += AT_ONCE) {
    const closes = await Promise.all(Array.from({ length: AT_ONCE }, open));
    await Promise.all(closes.map((close) => close()));
  }
  heapBytes.push(await heapInUse());
}
await stays();
await client.close();
await Deno.stdout.write(
  new TextEncoder().encode(`${JSON.stringify(heapBytes)}\n`),
);
await Deno.stdin.read(new Uint8Array(1));

/** Opens one; resolves to what closes it. */
async function open(): Promise<() => Promise<void>> {
  if (kind === "watches") {
    const watch = client.watch("k");
    await watch.ready;
    return () => watch.close();
  }
  const lease = await client.lease.grant(60);
  await lease.keepAlive();
  return () => lease.revoke();
}

/** What is left when all that can go has gone. */
async function heapInUse(): Promise<number> {
  for (let round = 0; round < 5; round++) {
    // What is told later, such as the end of a stream, holds things till then.
    await sleep(50);
    (globalThis as typeof globalThis & { gc(): void }).gc();
  }
  return Deno.memoryUsage().heapUsed;
}
