// Watches that end instead of waiting when a member has no leader.
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { NoLeaderError } from "../../../../mod.ts";
import { createError } from "../../../../errors/specific_errors.ts";
import { microtasks } from "../../balancers/transport/_fake_transport.ts";
import { closed, FakeWatches, Received } from "./_fake_watch.ts";

const noLeader = createError("Cannot watch: etcdserver: no leader", {
  code: "no_leader",
  retryable: true,
});

Deno.test("onLeaderLoss: end ends the watch when its stream ends so, and no other", async () => {
  const fake = new FakeWatches();
  const ending = await fake.created(5n, { onLeaderLoss: "end" });
  const id = fake.id;
  const waiting = await fake.created(5n);
  const received = new Received(ending);
  fake.events([6n], id);
  fake.opener.last.end(noLeader);
  await received.done;
  assertStrictEquals(received.error, noLeader);
  assert(received.error instanceof NoLeaderError);
  assertEquals([received.revisions, ending.cursor], [[[6n]], 7n]);
  assertEquals(ending.state, { kind: "closed", reason: noLeader });
  assertEquals(waiting.state.kind, "reconnecting");
  await fake.reopen();
  assertEquals(fake.creates.length, 1);
  fake.facet.close(closed);
});

Deno.test("onLeaderLoss: end goes on after any other end of its stream, and ends at a member that never had a leader", async () => {
  const fake = new FakeWatches();
  const watch = await fake.created(5n, { onLeaderLoss: "end" });
  await fake.drop();
  assertEquals(watch.state.kind, "reconnecting");
  fake.opener.last.end(noLeader);
  await microtasks();
  assertEquals(watch.state, { kind: "closed", reason: noLeader });
  assertEquals(fake.clock.pending, 0);
});
