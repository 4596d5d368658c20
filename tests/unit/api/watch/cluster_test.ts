// A watch whose endpoints lead to another cluster by and by.
import { assertEquals, assertInstanceOf } from "@std/assert";
import { ClusterMismatchError } from "../../../../mod.ts";
import { fromBigInt } from "../../../../proto/int64.ts";
import { microtasks } from "../../balancers/transport/_fake_transport.ts";
import { FakeWatches, put, Received } from "./_fake_watch.ts";

/** A message of a cluster. */
function say(
  fake: FakeWatches,
  clusterId: bigint,
  message: { created?: boolean; events?: ReturnType<typeof put>[] },
): void {
  fake.opener.last.reply({
    header: { clusterId: fromBigInt(clusterId), revision: fromBigInt(9n) },
    watchId: fromBigInt(fake.id),
    ...message,
  });
}

Deno.test("A watch does not go on in another cluster, whose revisions mean something else", async () => {
  const fake = new FakeWatches();
  const watch = await fake.watch({ startRevision: 5n });
  const received = new Received(watch);
  say(fake, 10n, { created: true });
  say(fake, 10n, { events: [put(5n)] });
  await fake.drop();
  say(fake, 11n, { created: true });
  await received.done;
  assertEquals(received.batches.length, 1);
  assertInstanceOf(received.error, ClusterMismatchError);
  const { message, clusterId, expectedClusterId, retryable } = received.error;
  assertEquals(
    message,
    "Cannot watch any longer: http://fake:2 belongs to the cluster b, not to a as before (wrong_cluster)",
  );
  assertEquals([clusterId, expectedClusterId, retryable], [11n, 10n, false]);
  assertEquals([fake.opener.last.canceled, fake.clock.pending], [true, 0]);
});

Deno.test("A watch that begins later is of the cluster there is then", async () => {
  const fake = new FakeWatches();
  const first = await fake.watch();
  say(fake, 10n, { created: true });
  await first.close();
  const second = await fake.watch();
  say(fake, 11n, { created: true });
  // A proxy says of no cluster.
  fake.events([12n]);
  assertEquals((await second.events().next()).value?.kv.modRevision, 12n);
  assertEquals(second.state.kind, "live");
  await second.close();
});

Deno.test("A watch that waited for its consumer does not go on in another cluster", async () => {
  const fake = new FakeWatches();
  const watch = await fake.watch({
    startRevision: 5n,
    buffer: { events: 1 },
  });
  say(fake, 10n, { created: true });
  say(fake, 10n, { events: [put(5n)] });
  assertEquals(watch.state.kind, "paused");
  const received = new Received(watch);
  await microtasks();
  say(fake, 11n, { created: true });
  await received.done;
  assertEquals(received.revisions, [[5n]]);
  assertInstanceOf(received.error, ClusterMismatchError);
});
