// What callers do with their bytes after the call changes nothing any more,
// and a Node `Buffer`, whose slices are no copies, is as good as other bytes.
import { assert, assertEquals } from "@std/assert";
import { SYSTEM_CLOCK } from "../../../../balancers/transport/_clock.ts";
import { Buffer } from "node:buffer";
import { ElectionFacet } from "../../../../api/server_locks/election.ts";
import {
  type KeyspaceParts,
  NamespacedKeys,
} from "../../../../api/namespace/namespace.ts";
import { copyBytes } from "../../../../api/values/bytes.ts";
import type { Caller } from "../../../../api/call/caller.ts";
import { createError } from "../../../../errors/specific_errors.ts";
import { all, fromKey, type KeyValue, op, prefix } from "../../../../mod.ts";
import { listPages } from "../../../../api/kv/_list.ts";
import { outlineOf, txnResult } from "../../../../api/kv/_txn_codec.ts";
import { resolveTls } from "../../../../api/tls/_resolve_tls.ts";
import { keyId } from "../../../../api/values/_key_id.ts";
import type {
  LeaderRequestInit,
  LeaderResponseInit,
} from "../../../../proto/gen/messages.ts";
import { CertificateAuthority } from "../../../../testing/certificates/mod.ts";
import { waitFor } from "../../../harness/mod.ts";
import { FakeOpener } from "../stream/_fake_opener.ts";
import { FakeSessions } from "../session/_fake_session.ts";
import { FakeWatches } from "../watch/_fake_watch.ts";
import { MemoryStore } from "../kv/_memory_store.ts";

const utf8 = new TextEncoder();

Deno.test("prefix() takes a Buffer, and leaves it as it is", () => {
  const buffer = Buffer.from("a/");
  const { start, end } = prefix(buffer);
  assertEquals([[...start], [...end]], [[97, 47], [97, 48]]);
  assertEquals([...buffer], [97, 47]);
});

Deno.test("Keyspace.namespace() keeps the prefix of a Buffer that changes", async () => {
  const store = new MemoryStore();
  const parts = {
    caller: store,
    kvCaller: store,
    batching: () => store,
    leases: { over: () => undefined },
  };
  const at = Buffer.from("a");
  const space = new NamespacedKeys(parts as unknown as KeyspaceParts, at);
  at.fill("b");
  await space.put("x", "");
  assertEquals(store.keys, ["ax"]);
});

Deno.test("A watch asks for its keys on every stream, whatever has become of the bytes", async () => {
  const fake = new FakeWatches();
  const key = utf8.encode("k");
  const start = utf8.encode("a/");
  const one = await fake.watch({}, key);
  const other = await fake.watch({}, prefix(start));
  key.fill(0);
  start.fill(0);
  await fake.drop();
  const asked = fake.opener.last.sent.map(({ createRequest }) => [
    createRequest?.key,
    createRequest?.rangeEnd,
  ]);
  assertEquals(asked, [
    [utf8.encode("k"), undefined],
    [utf8.encode("a/"), utf8.encode("a0")],
  ]);
  await one.close();
  await other.close();
});

Deno.test("lock() and campaign() wait for the name they were given", async () => {
  const fake = new FakeSessions();
  await using session = await fake.open();
  const first = await session.lock("n");
  const [name, value] = [utf8.encode("n"), utf8.encode("v")];
  const second = session.campaign(name, value);
  name.fill(0);
  value.fill(0);
  await first.unlock();
  const leadership = await second;
  assertEquals(leadership.key.text(), "n/1");
  assertEquals(fake.store.keys, ["n/1"]);
  await leadership.resign();
});

Deno.test("observe() asks for the election it was given, on every stream", async () => {
  const opener: FakeOpener<LeaderRequestInit, LeaderResponseInit> =
    new FakeOpener("v3electionpb.LeaderResponse");
  const facet = new ElectionFacet({} as Caller, {
    opener: opener.opener,
    clock: SYSTEM_CLOCK,
  });
  const ended = new AbortController();
  const name = utf8.encode("n");
  const leaders = facet.observe(name, { signal: ended.signal });
  const reading = leaders.next();
  reading.catch(() => {});
  name.fill(0);
  for (let streams = 1; streams <= 2; streams++) {
    await waitFor("a stream", () => opener.streams.length === streams);
    assertEquals(opener.last.sent, [{ name: utf8.encode("n") }]);
    opener.last.end();
  }
  ended.abort("enough");
  assertEquals(await reading.catch((reason) => reason), "enough");
});

Deno.test("tls: the bytes given may be wiped once the client is made", async () => {
  const authority = await CertificateAuthority.create("wiped");
  const own = await authority.issue({ names: ["localhost"] });
  const pems = [authority.cert, own.cert, own.key];
  const [ca, cert, key] = pems.map((pem) => Buffer.from(pem));
  assert(ca && cert && key);
  const resolved = resolveTls({ ca, cert, key });
  for (const bytes of [ca, cert, key]) bytes.fill(0);
  assert(typeof resolved === "object");
  assertEquals(
    [resolved.ca, resolved.cert, resolved.key],
    pems.map((pem) => utf8.encode(pem)),
  );
});

Deno.test("list() goes on behind the last key, whatever its reader writes to it", async () => {
  const store = ["a", "b", "c", "d", "e"];
  const read = (start: string, count: number) => {
    const left = store.filter((key) => key >= start);
    return {
      kvs: left.slice(0, count).map(keyValue),
      more: left.length > count,
    };
  };
  const startOf = (keys: unknown) =>
    keyId((keys as { start: Uint8Array }).start);
  for (
    const rest of [undefined, async function* (keys: unknown) {
      for (const key of read(startOf(keys), 2).kvs) yield [key];
      const error = { code: "unavailable", retryable: true } as const;
      throw createError("Cannot range: gone", error);
    }]
  ) {
    const page = (keys: unknown) =>
      Promise.resolve({
        header: { revision: 1n },
        count: 5n,
        ...read(startOf(keys), 1),
      });
    const listed: string[] = [];
    const readers = { page: page as never, rest };
    for await (const { key } of listPages(all(), { pageSize: 1 }, readers)) {
      listed.push(key.text());
      key.fill("z".charCodeAt(0));
    }
    assertEquals(listed, store);
  }
});

Deno.test("all() and its like give bytes of their own, which nobody else has", () => {
  const ranges = [
    all,
    () => fromKey("a"),
    () => prefix(Uint8Array.of(0xff)),
  ];
  for (const make of ranges) {
    const { start, end } = make();
    const before = [[...start], [...end]];
    start.fill(7);
    end.fill(8);
    const again = make();
    assertEquals([[...again.start], [...again.end]], before);
  }
});

Deno.test("a transaction's result is read by what was run, whatever becomes of its lists", () => {
  const inner = [op.get("a")];
  const then: Parameters<typeof op.txn>[0]["then"] & unknown[] = [
    op.txn({ then: inner }),
  ];
  const outline = outlineOf({ then });
  then.length = 0;
  inner.length = 0;
  const within = {
    succeeded: true,
    responses: [{ responseRange: { kvs: [] } }],
  };
  const responses = [{ responseTxn: within }];
  const { results } = txnResult(
    outline,
    { succeeded: true, responses } as never,
  );
  assertEquals(results.length, 1);
  assertEquals(
    (results[0] as { readonly results: readonly unknown[] }).results,
    [undefined],
  );
});

function keyValue(key: string): KeyValue {
  const bytes = copyBytes(utf8.encode(key));
  return {
    key: bytes,
    value: copyBytes(new Uint8Array()),
    createRevision: 1n,
    modRevision: 1n,
    version: 1n,
    lease: 0n,
  };
}
