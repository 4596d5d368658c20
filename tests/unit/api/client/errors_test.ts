// What a client makes of a server's answers, over real sockets.
import { assert, assertRejects, assertStrictEquals } from "@std/assert";
import {
  CanceledError,
  EtcdError,
  LeaseNotFoundError,
  op,
  TimeoutError,
  UnsupportedError,
} from "../../../../mod.ts";
import { methods } from "../../../../proto/methods.ts";
import { FakeStatus } from "../../../harness/mod.ts";
import { EMPTY, Pair, PUT, RANGE } from "./_pair.ts";

Deno.test("Client throws the class that belongs to each answer", async () => {
  await using pair = await Pair.start();
  const { server, client } = pair;
  const cases = [
    [5, "etcdserver: requested lease not found", LeaseNotFoundError],
    [14, "etcdserver: request timed out", TimeoutError],
    [1, "canceled by a proxy", CanceledError],
    [12, "unknown service etcdserverpb.KV", UnsupportedError],
    // 3.5 sends this as UNAVAILABLE.
    [14, "etcdserver: not capable", EtcdError],
  ] as const;
  for (const [code, details, Class] of cases) {
    server.handle(PUT, () => new FakeStatus(code, details));
    const error = await assertRejects(() => client.put("k", "v"), EtcdError);
    assertStrictEquals(error.constructor, Class, details);
    assertStrictEquals(error.method, "KV.Put");
    assertStrictEquals(error.endpoint, server.endpoint);
    assert(error.message.includes(details), error.message);
  }
});

Deno.test("Client calls a reply that is none a protocol error, or an internal one", async () => {
  await using pair = await Pair.start();
  const { server, client } = pair;
  server.handle(RANGE, () => Uint8Array.of(0xff, 0xff));
  const garbage = await assertRejects(() => client.get("k"), EtcdError);
  assertStrictEquals(garbage.code, "protocol");
  assertStrictEquals(
    garbage.message,
    `Cannot get: ${server.endpoint} sent a reply that is no valid etcd message (protocol)`,
  );
  server.handle(RANGE, () => ({ kind: "raw", bytes: EMPTY }));
  const missing = await assertRejects(
    () => client.get("k", { timeoutMs: 1_000 }),
    EtcdError,
    "The reply is missing",
  );
  assertStrictEquals(missing.code, "internal");
  // A transaction whose operations are not answered.
  server.handle(methods.kv.txn.path, () => EMPTY);
  const unanswered = await assertRejects(
    () => client.txn({ else: [op.put("k", "v")] }),
    EtcdError,
    "the answer to the operation 'put' is missing",
  );
  assertStrictEquals(unanswered.code, "protocol");
  assert(unanswered.maybeCommitted);
});
