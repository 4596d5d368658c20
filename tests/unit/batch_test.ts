// Calls that share a request, over a caller that answers when it is told to.
import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { BatchingCaller } from "../../api/_batching_caller.ts";
import type { BatchMode } from "../../api/batch_types.ts";
import { KvFacet } from "../../api/kv.ts";
import { prefix } from "../../api/keys.ts";
import { EtcdError } from "../../errors/etcd_error.ts";
import {
  PermissionDeniedError,
  TimeoutError,
  UnavailableError,
} from "../../errors/specific_errors.ts";
import { GRPC_CODE } from "../../errors/codes.ts";
import { waitFor } from "../harness/mod.ts";
import { microtasks } from "./_fake_transport.ts";
import { ScriptedCaller } from "./_scripted_caller.ts";

function subject(
  mode: Exclude<BatchMode, "off"> = "all",
  timeoutMs = 10_000,
): { readonly kv: KvFacet; readonly network: ScriptedCaller } {
  const network = new ScriptedCaller();
  const caller = new BatchingCaller(network, { mode, timeoutMs });
  return { kv: new KvFacet(caller, { batching: () => caller }), network };
}

/** What was sent, a line each. */
function sent({ calls }: ScriptedCaller): readonly string[] {
  return calls.map(({ method, does }) => `${method}: ${does.join(", ")}`);
}

/** What was sent last. */
function last({ calls }: ScriptedCaller): string | undefined {
  return calls.at(-1)?.does.at(-1);
}

/** Answers all that was sent, until nothing more is. */
async function answerAll(network: ScriptedCaller): Promise<void> {
  for (let at = 0; at < network.calls.length; at++) {
    network.call(at).succeed(BigInt(at + 1));
    await microtasks();
  }
}

function refusal(code: "too_many_operations" | "request_too_large") {
  return new EtcdError("Cannot: refused", {
    code,
    grpcCode: GRPC_CODE.invalidArgument,
  });
}

Deno.test("a call that is alone goes as it is, at once", async () => {
  const { kv, network } = subject();
  const got = kv.get("a");
  assertEquals(sent(network), ["KV.Range: get a"]);
  network.call(0).succeed(7n);
  assertEquals((await got)?.modRevision, 7n);
});

Deno.test("calls made while one is in flight share a transaction", async () => {
  const { kv, network } = subject();
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
  const { kv, network } = subject();
  const puts = ["a", "b", "c"].map((key) => kv.put(key, "x"));
  await microtasks();
  network.call(0).succeed(5n);
  network.call(1).succeed(9n);
  const headers = (await Promise.all(puts)).map(({ header }) => header);
  assertEquals(headers.map(({ revision }) => revision), [5n, 9n, 9n]);
  assertEquals(headers.map(({ memberId }) => memberId), [2n, 2n, 2n]);
});

Deno.test("two requests are in flight, the others wait for one", async () => {
  const { kv, network } = subject();
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
  const { kv, network } = subject();
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

Deno.test("linearizable reads, serializable reads and writes never mix", async () => {
  const { kv, network } = subject();
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
  const { kv, network } = subject("reads");
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
  const { kv, network } = subject();
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
  const { kv, network } = subject();
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

Deno.test("a request carries at most 128 operations and 1 MiB", async () => {
  const { kv, network } = subject();
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
  const { kv, network } = subject();
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
  const { kv, network } = subject();
  const value = new Uint8Array(300 * 1024);
  const puts = Array.from({ length: 4 }, (_, at) => kv.put(`${at}`, value));
  await microtasks();
  network.call(1).fail(refusal("request_too_large"));
  await microtasks();
  await answerAll(network);
  assertEquals(network.calls.map(({ does }) => does.length), [1, 3, 1, 1, 1]);
  await Promise.all(puts);
});

Deno.test("an error of one operation fails that one alone", async () => {
  const { kv, network } = subject();
  const gets = ["a", "b", "c"].map((key) => kv.get(key));
  const settled = Promise.allSettled(gets);
  await microtasks();
  const denied = new PermissionDeniedError("Cannot get: permission denied", {
    code: "permission_denied",
    grpcCode: GRPC_CODE.permissionDenied,
  });
  network.call(0).succeed();
  network.call(1).fail(denied);
  await microtasks();
  assertEquals(sent(network).slice(2), ["KV.Range: get b", "KV.Range: get c"]);
  network.call(2).fail(denied);
  network.call(3).succeed();
  const outcomes = await settled;
  assertEquals(outcomes.map(({ status }) => status), [
    "fulfilled",
    "rejected",
    "fulfilled",
  ]);
});

Deno.test("a lost request fails each of its calls with an error of its own", async () => {
  const { kv, network } = subject();
  const puts = ["a", "b", "c"].map((key) => kv.put(key, "x"));
  const settled = Promise.allSettled(puts);
  await microtasks();
  network.call(0).succeed();
  network.call(1).fail(
    new UnavailableError("Cannot put: lost; it may have been applied", {
      code: "connection_lost",
      grpcCode: GRPC_CODE.unavailable,
      method: "KV.Txn",
      endpoint: "http://a:1",
      maybeCommitted: true,
    }),
  );
  const [, b, c] = await settled;
  assert(b?.status === "rejected" && c?.status === "rejected");
  assertInstanceOf(b.reason, UnavailableError);
  assertEquals([b.reason.method, b.reason.maybeCommitted, b.reason.endpoint], [
    "KV.Put",
    true,
    "http://a:1",
  ]);
  assert(b.reason !== c.reason);
  assertEquals(network.calls.length, 2);
});

Deno.test("an aborted call leaves the queue, and a batch nobody waits for ends", async () => {
  const { kv, network } = subject();
  const abort = new AbortController();
  const { signal } = abort;
  const first = kv.get("a");
  const two = ["b", "c"].map((key) => kv.get(key, { signal }));
  const settled = Promise.allSettled(two);
  await microtasks();
  const batch = network.call(1);
  assertFalse(batch.options.signal?.aborted);
  abort.abort("enough");
  assertEquals(
    (await settled).map((one) => one.status === "rejected" && one.reason),
    ["enough", "enough"],
  );
  assert(batch.options.signal?.aborted);
  await assertRejects(() => kv.get("d", { signal }));
  network.call(0).succeed();
  await first;
  assertEquals(network.calls.length, 2);
});

Deno.test("an aborted call does not disturb the others of its batch", async () => {
  const { kv, network } = subject();
  const abort = new AbortController();
  const first = kv.get("a");
  const aborted = kv.get("b", { signal: abort.signal });
  const other = kv.get("c");
  const outcome = Promise.allSettled([aborted]);
  await microtasks();
  abort.abort("enough");
  assertEquals((await outcome)[0]?.status, "rejected");
  assertEquals(network.call(1).options.signal, undefined);
  await answerAll(network);
  assertEquals((await other)?.value.text(), "c");
  await first;
});

Deno.test("each call of a batch has a deadline of its own", async () => {
  const { kv, network } = subject("all", 60_000);
  const first = kv.put("a", "");
  const short = kv.put("b", "", { timeoutMs: 30 });
  const long = kv.put("c", "");
  await microtasks();
  const error = await assertRejects(() => short, TimeoutError);
  assertEquals([error.maybeCommitted, error.method], [true, "KV.Put"]);
  assert(Number(network.call(1).options.timeoutMs) > 50_000);
  await answerAll(network);
  await Promise.all([first, long]);
});

Deno.test("a request without an answer does not hold up others for long", async () => {
  const { kv, network } = subject("all", 60_000);
  const calls: Promise<unknown>[] = [];
  for (let at = 0; at < 6; at++) {
    calls.push(kv.get(`${at}`));
    await microtasks();
  }
  assertEquals(network.calls.length, 2);
  await waitFor("the requests that waited", () => network.calls.length > 2);
  assertEquals(sent(network)[2], "KV.Txn: get 2, get 3, get 4, get 5");
  await answerAll(network);
  await Promise.all(calls);
});

Deno.test("a write waits for one to its key, however long that takes", async () => {
  const { kv, network } = subject("all", 60_000);
  const slow = kv.put("a", "1");
  const others: Promise<unknown>[] = [];
  for (const key of ["b", "c", "d", "e"]) {
    others.push(kv.put(key, "1"));
    await microtasks();
  }
  await waitFor("the request that waited", () => "put e" === last(network));
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

Deno.test("a call that was never sent says so when its time is over", async () => {
  const { kv, network } = subject("all", 40);
  const calls = Array.from({ length: 3 }, () => kv.put("same", ""));
  const outcomes = Promise.allSettled(calls);
  const error = await assertRejects(() => calls[2] ?? Promise.resolve());
  assertInstanceOf(error, TimeoutError);
  assertEquals([error.maybeCommitted, error.retryable], [false, true]);
  await answerAll(network);
  await outcomes;
});

Deno.test("what is no error of etcd's reaches the calls as it is", async () => {
  const { kv, network } = subject();
  const settled = Promise.allSettled(["a", "b", "c"].map((key) => kv.get(key)));
  await microtasks();
  const odd = new Error("odd");
  network.call(0).succeed();
  network.call(1).fail(odd);
  const [, b] = await settled;
  assert(b?.status === "rejected");
  assertStrictEquals(b.reason, odd);
});
