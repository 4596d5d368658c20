// A range of a million keys in one request.
import { assert, assertEquals } from "@std/assert";
import { type Client, prefix } from "../../mod.ts";
import { client, startOneMember } from "../failover/_one_member.ts";

startOneMember();

const KEYS = 1_000_000;
const AT_ONCE = 20_000;
// Measured: 60 to 250 ms, on a very busy machine 530; in one go, 4 to 6 s.
const LONGEST_MS = 2_000;

/** The longest time that the event loop stood still during some work. */
async function longestStallMs(work: Promise<unknown>): Promise<number> {
  let longest = 0;
  let last = performance.now();
  const note = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  };
  const timer = setInterval(note, 5);
  try {
    await work;
    note();
    return longest;
  } finally {
    clearInterval(timer);
  }
}

Deno.test("Kv.range() of a million keys does not hold up the event loop", async () => {
  const kv = client.kv.batched();
  for (let from = 0; from < KEYS; from += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, (_, at) => {
      return kv.put(`many/${String(from + at).padStart(8, "0")}`, "v");
    }));
  }
  const read = async (of: Pick<Client, "range">, start: string) => {
    const options = { serializable: true, timeoutMs: 120_000 };
    const { kvs } = await of.range(prefix(start), options);
    assertEquals(kvs.length, KEYS);
  };
  for (
    const reading of [
      () => read(client, "many/"),
      () => read(client.namespace("many/"), "0"),
    ]
  ) {
    const ms = await longestStallMs(reading());
    assert(ms < LONGEST_MS, `it stood still for ${Math.round(ms)} ms`);
  }
});
