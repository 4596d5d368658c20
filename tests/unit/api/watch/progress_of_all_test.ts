// Progress that is asked of all watches at once.
import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import {
  ClientClosedError,
  InvalidOptionError,
  TimeoutError,
  UnsupportedError,
} from "../../../../mod.ts";
import { fromBigInt } from "../../../../proto/int64.ts";
import { microtasks } from "../../balancers/transport/_fake_transport.ts";
import { closed, FakeWatches, Received } from "./_fake_watch.ts";

Deno.test("requestProgress() of all watches is one request, and the lowest of what they have", async () => {
  const fake = new FakeWatches();
  assertEquals(await fake.facet.requestProgress(), undefined);
  await fake.created(5n);
  await fake.created(5n);
  await fake.created(5n);
  const asked = fake.facet.requestProgress();
  await microtasks();
  assertEquals(fake.progressRequests, 1);
  fake.reply({}, 30n, -1n);
  assertEquals(await asked, 30n);
  const other = await fake.watch({ requireLeader: false });
  fake.create(6n);
  await other.ready;
  const [first, second] = fake.opener.streams;
  const both = fake.facet.requestProgress();
  let answered = false;
  both.then(() => answered = true, () => {});
  await microtasks();
  for (const stream of [first, second]) {
    assert(stream?.sent.at(-1)?.progressRequest);
  }
  fake.reply({}, 31n, -1n);
  await microtasks();
  assertFalse(answered);
  first?.reply({
    header: { revision: fromBigInt(33n) },
    watchId: fromBigInt(-1n),
  });
  assertEquals(await both, 31n);
  fake.facet.close(closed);
});

Deno.test("requestProgress() of all counts what a watch that is paused has, and leaves out those that end", async () => {
  const fake = new FakeWatches();
  const paused = await fake.created(5n, { buffer: { events: 1 } });
  const id = fake.id;
  const ending = await fake.created(5n);
  await fake.created(5n);
  fake.events([7n], id);
  assertEquals(paused.state.kind, "paused");
  const asked = fake.facet.requestProgress();
  await microtasks();
  await ending.close();
  fake.reply({}, 30n, -1n);
  assertEquals(await asked, 7n);
  const received = new Received(paused);
  await microtasks();
  assertEquals(received.revisions, [[7n]]);
  fake.create(30n);
  const again = fake.facet.requestProgress();
  await microtasks();
  fake.reply({}, 31n, -1n);
  assertEquals(await again, 31n);
  fake.facet.close(closed);
  await received.done.catch(() => {});
});

Deno.test("requestProgress() of all is asked again on the next stream, and given up in time", async () => {
  const fake = new FakeWatches();
  const watch = await fake.created(5n);
  const asked = fake.facet.requestProgress({ timeoutMs: false });
  const abort = new AbortController();
  const aborted = fake.facet.requestProgress({ signal: abort.signal });
  const late = fake.facet.requestProgress({ timeoutMs: 3_000 });
  const lateFails = assertRejects(() => late, TimeoutError);
  await fake.drop();
  assert(fake.progressRequests > 0);
  abort.abort("enough");
  assertEquals(await assertRejects(() => aborted), "enough");
  fake.clock.advance(3_000);
  const error = await lateFails;
  assertEquals([error.method, error.maybeCommitted], ["Watch.Watch", false]);
  fake.reply({}, 30n, -1n);
  assertEquals(await asked, 30n);
  const { progressRequests } = fake;
  fake.clock.advance(10_000);
  // Nobody asks any more.
  assertEquals(fake.progressRequests, progressRequests);
  await watch.close();
  assertEquals(fake.clock.pending, 0);
});

Deno.test("requestProgress() of all fails with the client, and behind a proxy", async () => {
  const fake = new FakeWatches();
  await fake.watch();
  fake.create(5n, 0n);
  await microtasks();
  await assertRejects(() => fake.facet.requestProgress(), UnsupportedError);
  const other = new FakeWatches();
  await other.created(5n);
  const asked = other.facet.requestProgress();
  await microtasks();
  for (const { facet } of [fake, other]) facet.close(closed);
  await assertRejects(() => asked, ClientClosedError);
  const error = await assertRejects(
    () => other.facet.requestProgress(),
    ClientClosedError,
  );
  assert(error.message.includes("progress"), error.message);
  await assertRejects(
    () => other.facet.requestProgress({ timeoutMs: 0 }),
    InvalidOptionError,
  );
});
