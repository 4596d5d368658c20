// mirror() while either side is cut off, compacted, killed or put back.
import { assert, assertEquals } from "@std/assert";
import { type Client, prefix } from "../../../../mod.ts";
import { mirror, type MirrorState } from "../../../../recipes/mod.ts";
import { waitFor } from "../../../harness/mod.ts";
import {
  assertEqual,
  behindProxies,
  checkpointAt,
  contents,
  from,
  HEARTBEAT,
  type MirrorRoute,
  newRoute,
  past,
  PATIENT,
  startTwoClusters,
  to,
} from "./_two_clusters.ts";

startTwoClusters({ clients: false });

/** Clients behind the proxies, and prefixes, of one test. */
class Stage implements AsyncDisposable {
  readonly route: MirrorRoute = newRoute();
  readonly source: Client = behindProxies(from);
  readonly target: Client = behindProxies(to);

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.source.close(), this.target.close()]);
  }
}

/** Both clusters without faults, and a test's own clients of them. */
async function newStage(): Promise<Stage> {
  await Promise.all([from.reset(), to.reset()]);
  return new Stage();
}

async function compact(client: Client): Promise<void> {
  const { header } = await client.range("mono", { countOnly: true });
  await client.kv.compact(header.revision);
}

Deno.test("A mirror applies each write once, whatever becomes of the answers", async () => {
  await using stage = await newStage();
  const { route, source, target } = stage;
  await using copy = await mirror(source, target, { ...route, ...HEARTBEAT });
  await copy.waitFor(1n, PATIENT);
  await using here = past(from);
  await using there = past(to);
  for (let round = 0; round < 3; round++) {
    // The target does what it is told, and its answers are lost.
    await to.link(0).set({ kind: "mute" });
    const before = await checkpointAt(there, route.checkpoint);
    await here.put(`${route.prefix}a`, `${round}`);
    await waitFor("a write whose answer is lost", async () => {
      const now = await checkpointAt(there, route.checkpoint);
      return now?.revision !== before?.revision;
    });
    const { header } = await here.put(`${route.prefix}a`, `${round} again`);
    await to.link(0).set({ kind: "pass" });
    await to.link(0).cutAll();
    await copy.waitFor(header.revision, PATIENT);
  }
  await assertEqual(copy, route);
  const made = await there.get(`${route.destinationPrefix}a`);
  // One for each of the source's, joined ones aside.
  assert((made?.version ?? 0n) <= 6n, `${made?.version}`);
});

Deno.test("A mirror whose history was compacted syncs the differences, also deletions", async () => {
  await using stage = await newStage();
  const { route, source, target } = stage;
  const { prefix: start } = route;
  for (let at = 0; at < 50; at++) await source.put(`${start}${at}`, `${at}`);
  {
    await using copy = await mirror(source, target, route);
    await copy.waitFor(1n, PATIENT);
  }
  await source.delete(prefix(`${start}1`));
  await source.put(`${start}2`, "changed");
  await compact(source);
  const states: MirrorState[] = [];
  await using copy = await mirror(source, target, {
    ...route,
    onStateChange: (state) => states.push(state),
  });
  await assertEqual(copy, route);
  const sync = states.find(({ kind }) => kind === "syncing");
  assert(sync?.kind === "syncing" && sync.reason?.code === "compacted");
  // 11 deletions, one change, and what the comparison has put.
  assertEquals(copy.progress.keys, 13);
});

Deno.test("A mirror that was stopped in the middle of its sync starts it again", async () => {
  await using stage = await newStage();
  const { route, source, target } = stage;
  for (let at = 0; at < 600; at++) {
    await source.put(`${route.prefix}${at}`, "x");
  }
  const stop = new AbortController();
  const first = await mirror(source, target, {
    ...route,
    maxTxnOps: 20,
    signal: stop.signal,
    onProgress: ({ keys }) => keys > 100 && stop.abort("killed"),
  });
  assertEquals(await first.ended.catch((reason) => reason), "killed");
  await first.close();
  assertEquals(
    (await checkpointAt(target, route.checkpoint))?.phase,
    "syncing",
  );
  await using copy = await mirror(source, target, route);
  await assertEqual(copy, route);
  assert(copy.progress.keys < 600);
});

Deno.test("A mirror whose source has gone back takes the copies back, too", async () => {
  await using stage = await newStage();
  const { route, source, target } = stage;
  const { prefix: start } = route;
  await source.put(`${start}a`, "old");
  await source.put(`${start}b`, "old");
  const states: MirrorState[] = [];
  await using copy = await mirror(source, target, {
    ...route,
    ...HEARTBEAT,
    onStateChange: (state) => states.push(state),
  });
  await copy.waitFor(1n, PATIENT);
  const file = await from.snapshot();
  await source.put(`${start}a`, "lost");
  await source.delete(`${start}b`);
  let revision = 0n;
  for (let at = 0; at < 20; at++) {
    ({ revision } = (await source.put(`${start}${at}`, "lost")).header);
  }
  await copy.waitFor(revision, PATIENT);
  await from.link(0).set({ kind: "refuse" });
  await from.restore({ snapshot: file });
  await from.link(0).set({ kind: "pass" });
  await waitFor(
    "the old state in the target",
    async () =>
      (await target.get(`${route.destinationPrefix}b`))?.value.text() === "old",
  );
  await assertEqual(copy, route);
  assert(
    states.some((state) =>
      state.kind === "syncing" && state.reason?.code === "history_lost"
    ),
  );
  // The same at the start of another one.
  await copy.close();
  const again = await from.snapshot();
  for (let at = 0; at < 20; at++) await source.put(`${start}${at}`, "lost");
  {
    await using second = await mirror(source, target, route);
    await assertEqual(second, route);
  }
  await from.restore({ snapshot: again });
  await using third = await mirror(source, target, route);
  await third.waitFor(1n, PATIENT);
  await assertEqual(third, route);
  assertEquals(
    await contents(target, route.destinationPrefix),
    await contents(source, start),
  );
});

Deno.test("A mirror whose target has gone back goes on from the checkpoint there", async () => {
  await using stage = await newStage();
  const { route, source, target } = stage;
  await using copy = await mirror(source, target, { ...route, ...HEARTBEAT });
  await source.put(`${route.prefix}a`, "1");
  await assertEqual(copy, route);
  const file = await to.snapshot();
  for (let at = 0; at < 20; at++) await source.put(`${route.prefix}${at}`, "2");
  await assertEqual(copy, route);
  await to.link(0).set({ kind: "refuse" });
  await to.restore({ snapshot: file });
  await to.link(0).set({ kind: "pass" });
  await source.put(`${route.prefix}b`, "3");
  await waitFor(
    "the mirror to go back",
    async () =>
      (await target.get(`${route.destinationPrefix}b`))?.value.text() === "3",
  );
  await assertEqual(copy, route);
});

Deno.test("A mirror lives through the death of both sides", async () => {
  await using stage = await newStage();
  const { route, source, target } = stage;
  await using copy = await mirror(source, target, { ...route, ...HEARTBEAT });
  await copy.waitFor(1n, PATIENT);
  for (const cluster of [from, to]) {
    const [member] = cluster.members;
    assert(member);
    await member.kill();
    await cluster.reset();
    await using here = past(from);
    for (let at = 0; at < 10; at++) {
      await here.put(`${route.prefix}${at}`, crypto.randomUUID());
    }
    await assertEqual(copy, route);
  }
});
