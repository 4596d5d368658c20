// What callers do with their bytes after the call changes nothing any more,
// and a Node `Buffer`, whose slices are no copies, is as good as other bytes.
import { assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { ElectionFacet } from "../../api/election.ts";
import { type KeyspaceParts, NamespacedKeys } from "../../api/namespace.ts";
import type { Caller } from "../../api/caller.ts";
import { prefix } from "../../mod.ts";
import type {
  LeaderRequestInit,
  LeaderResponseInit,
} from "../../proto/gen/messages.ts";
import { waitFor } from "../harness/mod.ts";
import { FakeOpener } from "./_fake_opener.ts";
import { FakeSessions } from "./_fake_session.ts";
import { FakeWatches } from "./_fake_watch.ts";
import { MemoryStore } from "./_memory_store.ts";

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
  const facet = new ElectionFacet({} as Caller, opener.opener);
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
