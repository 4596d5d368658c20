// Watches of a real cluster through faults, section F of the catalogue.
import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { BALANCER_NAMES, type BalancerName } from "../../balancers/mod.ts";
import {
  Client,
  CompactedError,
  NoLeaderError,
  prefix,
  type Watch,
  type WatchOptions,
} from "../../mod.ts";
import { Cluster, type Member, sleep, waitFor } from "../harness/mod.ts";
import { History } from "./_history.ts";
import {
  clientOf,
  cutAll,
  followerOf,
  observer,
  setAll,
} from "./_stream_subject.ts";

const MIB = 1024 * 1024;
const QUIET = { heartbeat: false } as const;

let cluster: Cluster;
let writer: Client;
let serial = 0;

Deno.test.beforeAll(async () => {
  cluster = await Cluster.start();
});

Deno.test.afterAll(async () => {
  await cluster.close();
});

/** A key that no other test has. */
function newKey(): string {
  return `watch/${++serial}/`;
}

async function put(key: string, value: string | Uint8Array): Promise<bigint> {
  return (await writer.put(key, value)).header.revision;
}

function newClient(balancer: BalancerName): Client {
  return new Client({
    endpoints: cluster.endpoints,
    balancer,
    dialTimeoutMs: 1_000,
    keepAlive: false,
  });
}

/** A watch that the server has created. */
async function watchOf(
  client: Client,
  key: string,
  options: WatchOptions = {},
): Promise<Watch> {
  const watch = client.watch(prefix(key), { ...QUIET, ...options });
  await watch.ready;
  return watch;
}

/** Cuts every connection; resolves when the watch is on another stream. */
async function cutOnce(watch: Watch): Promise<void> {
  const before = watch.state;
  assertEquals(before.kind, "live");
  await cutAll(cluster);
  await waitFor(
    "the watch on another stream",
    () => watch.state !== before && watch.state.kind === "live",
  );
}

/** Isolates a member, and writes to the others from then on. */
async function isolate(target: Member): Promise<void> {
  await cluster.isolate(target);
  writer.setEndpoints(
    cluster.members.filter((member) => member !== target)
      .map(({ directEndpoint }) => directEndpoint),
  );
}

/** A test for each strategy, on a cluster without faults. */
function scenario(
  name: string,
  run: (balancer: BalancerName) => Promise<void>,
): void {
  for (const balancer of BALANCER_NAMES) {
    Deno.test(`${balancer} | ${name}`, async () => {
      await cluster.reset();
      await using client = observer(cluster);
      writer = client;
      await run(balancer);
    });
  }
}

scenario("#10 watch on a member gone silent", async (balancer) => {
  const target = await followerOf(cluster);
  const others = cluster.endpoints;
  for (
    const heartbeat of [false, { intervalMs: 300, timeoutMs: 200 }] as const
  ) {
    await using client = await clientOf(target, balancer);
    const key = newKey();
    const watch = await watchOf(client, key, { heartbeat });
    const history = new History(watch);
    // One answer, so that it is known that the watch has caught up.
    await watch.requestProgress();
    client.setEndpoints(others);
    await target.proxy.set({ kind: "blackhole" });
    const revision = await put(key, "x");
    if (heartbeat === false) {
      // Nobody could know: neither pings nor a heartbeat. So for 3 s.
      await sleep(3_000);
      assertEquals([history.last, watch.state.kind], [0n, "live"]);
    } else {
      await waitFor(
        "a heartbeat that was missed",
        () => watch.state.kind !== "live" || history.last === revision,
      );
      if (balancer === "grpc1.23") await history.reach(revision, 10_000);
      else assertEquals(history.last, 0n);
    }
    await target.proxy.set({ kind: "pass" });
    await history.reach(revision);
    assertEquals(history.faults, []);
  }
});

scenario(
  "#44 #45 watch with a leader required leaves an isolated member if it may",
  async (balancer) => {
    const target = await followerOf(cluster);
    await using client = await clientOf(target, balancer);
    const key = newKey();
    const reasons: unknown[] = [];
    const watch = await watchOf(client, key, {
      onStateChange: (state) => {
        if (state.kind === "reconnecting") reasons.push(state.reason);
      },
    });
    const history = new History(watch);
    client.setEndpoints(cluster.endpoints);
    await isolate(target);
    const revision = await put(key, "x");
    await waitFor("the end of the stream", () => reasons.length > 0);
    assertInstanceOf(reasons[0], NoLeaderError);
    if (balancer === "grpc1.23") await history.reach(revision, 5_000);
    else {
      // The pin stays, and so does the reason for which the watch waits.
      await sleep(1_000);
      assertEquals([history.last, watch.state.kind], [0n, "reconnecting"]);
    }
    await cluster.healPeers();
    await history.reach(revision);
    assertEquals(history.revisions.size, 1);
  },
);

scenario(
  "#66 #71 watch resumes after disconnects, in order and without loss",
  async (balancer) => {
    await using client = newClient(balancer);
    const key = newKey();
    const watch = await watchOf(client, key);
    const created = (await watch.ready).revision;
    const history = new History(watch);
    const revisions: bigint[] = [];
    for (let round = 0; round < 10; round++) {
      for (let made = 0; made < 20; made++) {
        revisions.push(await put(key, `${made}`));
      }
      await cutAll(cluster);
    }
    await history.reach(revisions.at(-1) ?? 0n);
    assertEquals([...history.revisions.keys()], revisions);
    assertEquals(history.faults, []);
    assertEquals((await watch.ready).revision, created);
  },
);

scenario(
  "#68 watch cut off during a compaction ends with its revision",
  async (balancer) => {
    await using client = newClient(balancer);
    const key = newKey();
    const watch = await watchOf(client, key);
    const history = new History(watch);
    await setAll(cluster, "refuse");
    await waitFor("the disconnect", () => watch.state.kind !== "live");
    await put(key, "missed");
    const compactRevision = await put(key, "kept");
    await put(key, "last");
    await writer.kv.compact(compactRevision);
    await setAll(cluster, "pass");
    await history.done;
    assertInstanceOf(history.error, CompactedError);
    assertEquals(history.error.compactRevision, compactRevision);
    assertEquals(history.revisions.size, 0);
  },
);

scenario(
  "#68 watch that relists goes on with what is left",
  async (balancer) => {
    await using client = newClient(balancer);
    const key = newKey();
    await put(`${key}gone`, "");
    const watch = await watchOf(client, key, { onCompaction: "relist" });
    const history = new History(watch);
    await setAll(cluster, "refuse");
    await waitFor("the disconnect", () => watch.state.kind !== "live");
    await put(`${key}new`, "");
    await writer.delete(`${key}gone`);
    const kept = await put(`${key}new`, "again");
    await put("elsewhere", "");
    await writer.kv.compact(kept + 1n);
    await setAll(cluster, "pass");
    await history.reach(kept + 1n);
    assertEquals([...history.revisions.values()].map((one) => one.length), [
      1,
      1,
    ]);
    const revision = await put(`${key}new`, "on");
    await history.reach(revision);
    assertEquals(history.faults, []);
  },
);

scenario(
  "#69 watch of a compacted revision fails at once",
  async (balancer) => {
    await using client = newClient(balancer);
    const key = newKey();
    await put(key, "1");
    const revision = await put(key, "2");
    await writer.kv.compact(revision);
    const watch = client.watch(key, { ...QUIET, startRevision: 1n });
    const history = new History(watch);
    await history.done;
    assertInstanceOf(history.error, CompactedError);
    assertEquals(history.error.compactRevision, revision);
  },
);

scenario("#70 watch of a revision ahead waits for it", async (balancer) => {
  await using client = newClient(balancer);
  const key = newKey();
  const start = await put(key, "now") + 3n;
  const watch = await watchOf(client, key, { startRevision: start });
  const history = new History(watch);
  await cutOnce(watch);
  for (let made = 0; made < 5; made++) await put(key, `${made}`);
  await history.reach(start + 2n);
  assertEquals([...history.revisions.keys()], [start, start + 1n, start + 2n]);
});

scenario(
  "#72 watch of large values, cut in their midst, has each one whole",
  async (balancer) => {
    await using client = newClient(balancer);
    const key = newKey();
    const revisions: bigint[] = [];
    for (let made = 0; made < 6; made++) {
      revisions.push(await put(`${key}${made}`, new Uint8Array(MIB)));
    }
    await Promise.all(
      cluster.members.map(({ proxy }) =>
        proxy.set({ kind: "throttle", bytesPerSecond: 4 * MIB })
      ),
    );
    const watch = await watchOf(client, key, { startRevision: revisions[0] });
    const history = new History(watch);
    for (let cuts = 0; cuts < 3; cuts++) {
      await sleep(150);
      await cutAll(cluster);
    }
    await history.reach(revisions.at(-1) ?? 0n);
    assertEquals([...history.revisions.keys()], revisions);
    assertEquals(history.faults, []);
  },
);

scenario(
  "#73 watch tells its progress, and repeats nothing afterwards",
  async (balancer) => {
    await using client = newClient(balancer);
    const key = newKey();
    const watch = await watchOf(client, key);
    const history = new History(watch);
    const revision = await put(key, "1");
    await history.reach(revision);
    const before = await within(3_000, watch.requestProgress());
    assert(before >= revision);
    await cutAll(cluster);
    const after = await within(3_000, watch.requestProgress());
    assert(after >= before);
    const last = await put(key, "2");
    await history.reach(last);
    assertEquals([...history.revisions.keys()], [revision, last]);
  },
);

scenario(
  "#74 watch that is closed while disconnected ends at once",
  async (balancer) => {
    await using client = newClient(balancer);
    const abort = new AbortController();
    const closed = await watchOf(client, newKey());
    const aborted = await watchOf(client, newKey(), { signal: abort.signal });
    const histories = [new History(closed), new History(aborted)];
    await setAll(cluster, "refuse");
    await waitFor("the disconnect", () => closed.state.kind !== "live");
    await closed.close();
    abort.abort("enough");
    await within(1_000, Promise.all(histories.map(({ done }) => done)));
    assertEquals(histories.map(({ error }) => error), [undefined, "enough"]);
  },
);

scenario("#77 a hundred watches on one stream all resume", async (balancer) => {
  await using client = newClient(balancer);
  const key = newKey();
  const watches = await Promise.all(
    Array.from(
      { length: 100 },
      (_, index) => watchOf(client, `${key}${index}/`),
    ),
  );
  const histories = watches.map((watch) => new History(watch));
  const { endpoints } = client.balancer;
  assertEquals(endpoints.reduce((sum, one) => sum + one.inFlight, 0), 1);
  for (let round = 0; round < 3; round++) {
    const revisions = await Promise.all(
      histories.map((_, index) => put(`${key}${index}/`, "x")),
    );
    await cutAll(cluster);
    await Promise.all(
      histories.map((history, index) => history.reach(revisions[index] ?? 0n)),
    );
  }
  for (const history of histories) {
    assertEquals([history.revisions.size, history.faults], [3, []]);
  }
});

scenario(
  "#80 a slow consumer holds up no other watch, and misses nothing",
  async (balancer) => {
    await using client = newClient(balancer);
    const key = newKey();
    const slow = await watchOf(client, key, { buffer: { events: 10 } });
    const quick = new History(await watchOf(client, key));
    const revisions: bigint[] = [];
    for (let made = 0; made < 100; made++) {
      revisions.push(await put(key, `${made}`));
    }
    const last = revisions.at(-1) ?? 0n;
    await quick.reach(last);
    assertEquals(slow.state.kind, "paused");
    const history = new History(slow);
    await history.reach(last);
    assertEquals([...history.revisions.keys()], revisions);
    assertEquals(history.faults, []);
  },
);

/** What comes of it, if that is in time. */
async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
