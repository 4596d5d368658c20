// Leaderships that outlive the process that won them, on a real server.
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  Client,
  type Leadership,
  LeaseLostError,
  LockLostError,
  op,
} from "../../../mod.ts";
import { etcdctl, waitFor } from "../../harness/mod.ts";
import { untilQueued } from "./_subject.ts";
import { client, cluster, nextSerial, startOneMember } from "../_one_member.ts";

startOneMember();

/** A name that no other test uses. */
function fresh(): string {
  return `resumed${nextSerial()}`;
}

/** What a process keeps of a leadership, as text, for the one after it. */
function kept({ key, revision }: Leadership, lease: bigint): string {
  return JSON.stringify([key.text(), `${revision}`, `${lease}`]);
}

function read(text: string) {
  const [key = "", revision = "", lease = ""] = JSON.parse(text) as string[];
  return {
    leadership: { key, revision: BigInt(revision) },
    lease: BigInt(lease),
  };
}

/** Campaigns in a process that ends without a word. */
async function campaignAndEnd(name: string, value: string): Promise<string> {
  await using first = new Client({
    endpoints: cluster.endpoints,
    keepAlive: false,
  });
  const session = await first.session({ ttlSeconds: 30 });
  const leadership = await session.campaign(name, value);
  const text = kept(leadership, session.lease.id);
  session.lease.orphan();
  return text;
}

Deno.test("Session.resume() takes up the leadership of a process that has ended, and nobody led in between", async () => {
  const name = fresh();
  const leaders: string[] = [];
  const abort = new AbortController();
  await using others = await client.session();
  const observing = (async () => {
    const { signal } = abort;
    for await (const { value } of others.observe(name, { signal })) {
      leaders.push(value.text());
    }
  })();
  observing.catch(() => {});
  const text = await campaignAndEnd(name, "first");
  // One that observes may leave out those in quick succession.
  await waitFor("the first value", () => leaders.length >= 1);
  const next = others.campaign(name, "next");
  // It is told below, unless something else has failed by then.
  next.catch(() => {});
  await untilQueued(client, name, 2);
  const { leadership, lease } = read(text);
  const session = await client.session({ lease });
  const resumed = await session.resume(name, leadership);
  assertEquals(resumed.key.text(), leadership.key);
  assertEquals(resumed.revision, leadership.revision);
  const { succeeded } = await client.txn({
    if: [resumed.guard],
    then: [op.put(`${name}-guarded`, "")],
  });
  assert(succeeded && !resumed.signal.aborted);
  await resumed.proclaim("second");
  assertEquals(
    await etcdctl(cluster, ["get", "--print-value-only", leadership.key]),
    "second\n",
  );
  await waitFor("both values", () => leaders.length >= 2);
  await resumed.resign();
  await using elected = await next;
  assert(elected.revision > resumed.revision);
  await waitFor("the next leader", () => leaders.length >= 3);
  assertEquals(leaders, ["first", "second", "next"]);
  abort.abort("seen enough");
  assertEquals(await assertRejects(() => observing), "seen enough");
  await session.close();
});

Deno.test("Session.resume() says that a leadership is over: resigned, deleted, made anew, lost with its lease", async () => {
  const name = fresh();
  await using other = await client.session();
  const over = (text: string, session = other) =>
    assertRejects(
      () => session.resume(name, read(text).leadership),
      LockLostError,
    );
  const mine = await other.campaign(name, "mine");
  const text = kept(mine, other.lease.id);
  await mine.resign();
  const error = await over(text);
  assertEquals([error.code, error.maybeCommitted], ["lock_lost", false]);
  const anew = await other.campaign(name, "mine again");
  await client.delete(anew.key);
  await waitFor("the loss", () => anew.signal.aborted);
  await over(kept(anew, other.lease.id));
  const third = await other.campaign(name, "third");
  await third.resign();
  const ended = await client.session({ ttlSeconds: 60 });
  const led = await ended.campaign(name, "ending");
  const left = kept(led, ended.lease.id);
  ended.lease.orphan();
  const session = await client.session({ lease: read(left).lease });
  await (await client.lease.attach(session.lease.id)).revoke();
  const lost = await assertRejects(() =>
    session.resume(name, read(left).leadership)
  );
  assert(lost instanceof LeaseLostError, `${lost}`);
  assertEquals(lost.reason, "expired");
});
