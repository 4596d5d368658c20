// Which calls share a request, over a caller that answers when it is told to.
import { assert, assertEquals } from "@std/assert";
import { prefix } from "../../../../api/values/keys.ts";
import { answerAll, batchSubject, sent } from "./_subject.ts";
import { microtasks } from "../../balancers/transport/_fake_transport.ts";
import { FakeClock } from "../../support/_fake_clock.ts";
import type { ScriptedCaller } from "./_scripted_caller.ts";

/** What was sent last. */
function last({ calls }: ScriptedCaller): string | undefined {
  return calls.at(-1)?.does.at(-1);
}

Deno.test("a call that is alone goes as it is, at once", async () => {
  const { kv, network } = batchSubject();
  const got = kv.get("a");
  assertEquals(sent(network), ["KV.Range: get a"]);
  network.call(0).succeed(7n);
  assertEquals((await got)?.modRevision, 7n);
});

Deno.test("calls made while one is in flight share a transaction", async () => {
  const { kv, network } = batchSubject();
  const gets = ["a", "b", "c", "d"].map((key) => kv.get(key));
  await microtasks();
  assertEquals(sent(network), [
    "KV.Range: get a",
    "KV.Txn: get b, get c, get d",
  ]);
  await answerAll(network);
  const values = await Promise.all(gets);
  assertEquals(values.map((kv) => kv?.value.text()), ["a", "b", "c", "d"]);
});

Deno.test("a batched write has the header of its transaction", async () => {
  const { kv, network } = batchSubject();
  const puts = ["a", "b", "c"].map((key) => kv.put(key, "x"));
  await microtasks();
  network.call(0).succeed(5n);
  network.call(1).succeed(9n);
  const headers = (await Promise.all(puts)).map(({ header }) => header);
  assertEquals(headers.map(({ revision }) => revision), [5n, 9n, 9n]);
  assertEquals(headers.map(({ memberId }) => memberId), [2n, 2n, 2n]);
});

Deno.test("linearizable reads, serializable reads and writes never mix", async () => {
  const { kv, network } = batchSubject();
  const calls = ["a", "b"].flatMap((key) => [
    kv.get(key),
    kv.get(key, { serializable: true }),
    kv.put(key, "x"),
    kv.delete(key),
  ]);
  await microtasks();
  await answerAll(network);
  await Promise.all(calls);
  for (const { does } of network.calls) {
    assertEquals(
      new Set(does.map((one) => one === "get a" || one === "get b")).size,
      1,
    );
  }
});

Deno.test("with 'reads' only gets are batched", async () => {
  const { kv, network } = batchSubject("reads");
  const calls = [kv.get("a"), kv.get("b"), kv.get("c")];
  calls.push(...["a", "b"].map((key) => kv.put(key, "").then(() => undefined)));
  await microtasks();
  assertEquals(sent(network), [
    "KV.Range: get a",
    "KV.Put: put a",
    "KV.Put: put b",
    "KV.Txn: get b, get c",
  ]);
  await answerAll(network);
  await Promise.all(calls);
});

Deno.test("ranges, transactions and calls that require a leader go alone", async () => {
  const { kv, network } = batchSubject();
  const calls = [
    kv.get("a"),
    kv.range(prefix("a")),
    kv.delete(prefix("a")),
    kv.get("b", { requireLeader: true }),
    kv.txn({}),
  ];
  await microtasks();
  assertEquals(network.calls.map(({ method }) => method), [
    "KV.Range",
    "KV.Range",
    "KV.DeleteRange",
    "KV.Range",
    "KV.Txn",
  ]);
  assert(network.call(3).options.requireLeader);
  await answerAll(network);
  await Promise.all(calls);
});

Deno.test("writes to one key keep their order and never share a request", async () => {
  const { kv, network } = batchSubject();
  const calls = [
    kv.put("a", "1"),
    kv.put("b", "1"),
    kv.delete("a"),
    kv.put("b", "2"),
    kv.put("a", "3"),
    kv.put("c", "1"),
  ];
  await microtasks();
  assertEquals(sent(network), ["KV.Put: put a", "KV.Txn: put b, put c"]);
  await answerAll(network);
  await Promise.all(calls);
  assertEquals(sent(network).slice(2), [
    "KV.DeleteRange: delete a",
    "KV.Put: put b",
    "KV.Put: put a",
  ]);
});

Deno.test("a write waits for one to its key, however long that takes", async () => {
  const clock = new FakeClock();
  const { kv, network } = batchSubject("all", { timeoutMs: 60_000, clock });
  const slow = kv.put("a", "1");
  const others: Promise<unknown>[] = [];
  for (const key of ["b", "c", "d", "e"]) {
    others.push(kv.put(key, "1"));
    await microtasks();
  }
  clock.advance(100);
  await microtasks();
  assertEquals(last(network), "put e");
  for (let at = 1; at < network.calls.length; at++) network.call(at).succeed();
  await Promise.all(others);
  const before = network.calls.length;
  // No other waits for the slow one any more.
  const same = kv.put("a", "2");
  const another = kv.put("f", "1");
  await microtasks();
  assertEquals(sent(network).slice(before), ["KV.Put: put f"]);
  await answerAll(network);
  await Promise.all([slow, same, another]);
  assertEquals(sent(network)[before + 1], "KV.Put: put a");
});
