// What mirror() refuses before anything is sent.
import { assertEquals, assertRejects } from "@std/assert";
import { InvalidOptionError } from "../../../../errors/mod.ts";
import { Client } from "../../../../mod.ts";
import { mirror } from "../../../../recipes/mod.ts";

/** In place of a client, which each test has of its own. */
const CLIENT = Symbol("client");
const OK = { checkpoint: "c" };

const BAD: readonly (readonly [unknown[], string])[] = [
  [[{}, CLIENT, OK], "source"],
  [[CLIENT, null, OK], "target"],
  [[CLIENT, CLIENT], "options"],
  [[CLIENT, CLIENT, {}], "checkpoint"],
  [[CLIENT, CLIENT, { checkpoint: "" }], "checkpoint"],
  [[CLIENT, CLIENT, { checkpoint: 5 }], "checkpoint"],
  [[CLIENT, CLIENT, { ...OK, prefix: 5 }], "prefix"],
  [[CLIENT, CLIENT, { ...OK, prefix: null }], "prefix"],
  [[CLIENT, CLIENT, { ...OK, destinationPrefix: {} }], "destinationPrefix"],
  [[CLIENT, CLIENT, { ...OK, existing: "delete" }], "existing"],
  [[CLIENT, CLIENT, { ...OK, maxTxnOps: 1 }], "maxTxnOps"],
  [[CLIENT, CLIENT, { ...OK, maxTxnOps: 0 }], "maxTxnOps"],
  [[CLIENT, CLIENT, { ...OK, onProgress: "log" }], "onProgress"],
  [[CLIENT, CLIENT, { ...OK, onStateChange: 1 }], "onStateChange"],
  [[CLIENT, CLIENT, { ...OK, signal: {} }], "signal"],
  [[CLIENT, CLIENT, { ...OK, heartbeat: true }], "heartbeat"],
  [
    [CLIENT, CLIENT, { ...OK, heartbeat: { intervalMs: 0, timeoutMs: 1 } }],
    "heartbeat.intervalMs",
  ],
  [[CLIENT, CLIENT, { ...OK, destPrefix: "b/" }], "destPrefix"],
];

for (const [given, option] of BAD) {
  const shown = Deno.inspect(given.slice(-1));
  Deno.test(`mirror() refuses ${shown}: ${option}`, async () => {
    await using client = new Client({ endpoints: "http://127.0.0.1:1" });
    const args = given.map((each) => each === CLIENT ? client : each);
    const call = mirror as (...all: unknown[]) => Promise<unknown>;
    const error = await assertRejects(() => call(...args), InvalidOptionError);
    assertEquals([error.method, error.option], ["mirror", option]);
    assertEquals(client.balancer.dials, 0);
  });
}

Deno.test("mirror() does not start with a signal that is aborted", async () => {
  await using client = new Client({ endpoints: "http://127.0.0.1:1" });
  const signal = AbortSignal.abort("no");
  const reason = await mirror(client, client, { ...OK, signal })
    .catch((it) => it);
  assertEquals([reason, client.balancer.dials], ["no", 0]);
});
