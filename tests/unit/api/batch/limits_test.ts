// How much shares a request, and how many are in flight.
import { assertEquals } from "@std/assert";
import { EtcdError } from "../../../../errors/etcd_error.ts";
import { GRPC_CODE } from "../../../../errors/codes.ts";
import { answerAll, batchSubject, sent } from "./_subject.ts";
import { microtasks } from "../../balancers/transport/_fake_transport.ts";
import { FakeClock } from "../../support/_fake_clock.ts";

function refusal(code: "too_many_operations" | "request_too_large") {
  return new EtcdError("Cannot: refused", {
    code,
    grpcCode: GRPC_CODE.invalidArgument,
  });
}

Deno.test("the longest timeout there is passes as any other does", async () => {
  const clock = new FakeClock();
  const { kv, network } = batchSubject("all", { clock });
  const timeoutMs = 2_147_483_647;
  let settled = 0;
  const gets = ["a", "b", "c"].map((key) =>
    kv.get(key, { timeoutMs }).finally(() => settled++)
  );
  await microtasks();
  clock.advance(timeoutMs - 1);
  await microtasks();
  assertEquals(settled, 0);
  await answerAll(network);
  await Promise.all(gets);
  assertEquals(clock.pending, 0);
});

Deno.test("two requests are in flight, the others wait for one", async () => {
  const { kv, network } = batchSubject();
  const gets: Promise<unknown>[] = [];
  for (let at = 0; at < 10; at++) {
    gets.push(kv.get(`${at}`));
    await microtasks();
  }
  assertEquals(network.calls.length, 2);
  network.call(0).succeed();
  await microtasks();
  assertEquals(
    sent(network)[2],
    "KV.Txn: get 2, get 3, get 4, get 5, get 6, get 7, get 8, get 9",
  );
  await answerAll(network);
  await Promise.all(gets);
});

Deno.test("up to four requests are in flight while there is enough to fill them", async () => {
  const { kv, network } = batchSubject();
  const gets = Array.from({ length: 600 }, (_, at) => kv.get(`${at}`));
  await microtasks();
  const sizes = () => network.calls.map(({ does }) => does.length);
  assertEquals(sizes(), [1, 128, 128, 128]);
  network.call(0).succeed();
  await microtasks();
  assertEquals(sizes(), [1, 128, 128, 128, 128]);
  network.call(1).succeed();
  await microtasks();
  assertEquals(sizes().length, 5, "87 fill none");
  await answerAll(network);
  await Promise.all(gets);
  assertEquals(sizes(), [1, 128, 128, 128, 128, 87]);
});

Deno.test("a request carries at most 128 operations and 1 MiB", async () => {
  const { kv, network } = batchSubject();
  const half = new Uint8Array(400 * 1024);
  const calls = [
    ...Array.from({ length: 300 }, (_, at) => kv.get(`${at}`)),
    ...Array.from({ length: 6 }, (_, at) => kv.put(`${at}`, half)),
  ];
  await microtasks();
  await answerAll(network);
  await Promise.all(calls);
  const sizes = network.calls.map(({ does }) =>
    `${does.length} ${does[0]?.split(" ")[0]}`
  );
  assertEquals(sizes.toSorted(), [
    "1 get",
    "1 put",
    "1 put",
    "128 get",
    "128 get",
    "2 put",
    "2 put",
    "43 get",
  ]);
});

Deno.test("a server that takes fewer operations is adapted to", async () => {
  const { kv, network } = batchSubject();
  const gets = Array.from({ length: 9 }, (_, at) => kv.get(`${at}`));
  await microtasks();
  network.call(1).fail(refusal("too_many_operations"));
  await microtasks();
  network.call(0).succeed();
  assertEquals(network.calls.map(({ does }) => does.length), [1, 8, 4, 4]);
  await answerAll(network);
  await Promise.all(gets);
});

Deno.test("a server that takes fewer bytes is adapted to", async () => {
  const { kv, network } = batchSubject();
  const value = new Uint8Array(300 * 1024);
  const puts = Array.from({ length: 4 }, (_, at) => kv.put(`${at}`, value));
  await microtasks();
  network.call(1).fail(refusal("request_too_large"));
  await microtasks();
  await answerAll(network);
  assertEquals(network.calls.map(({ does }) => does.length), [1, 3, 1, 1, 1]);
  await Promise.all(puts);
});

Deno.test("a request without an answer does not hold up others for long", async () => {
  const clock = new FakeClock();
  const { kv, network } = batchSubject("all", { timeoutMs: 60_000, clock });
  const calls: Promise<unknown>[] = [];
  for (let at = 0; at < 6; at++) {
    calls.push(kv.get(`${at}`));
    await microtasks();
  }
  assertEquals(network.calls.length, 2);
  clock.advance(99);
  assertEquals(network.calls.length, 2, "two are waited for");
  clock.advance(1);
  assertEquals(sent(network)[2], "KV.Txn: get 2, get 3, get 4, get 5");
  await answerAll(network);
  await Promise.all(calls);
});
