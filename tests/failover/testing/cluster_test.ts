// What a test can do to a cluster, by the index of a member.
import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { Client, EtcdError } from "../../../mod.ts";
import { InvalidOptionError } from "../../../errors/mod.ts";
import { cluster as etcd, startCluster } from "../_cluster.ts";

startCluster({ members: 3, logLevel: "info" });

Deno.test("startEtcd() without `tls` and `auth` gives members in plain text that ask nobody", async () => {
  assertEquals(etcd.clientOptions, { endpoints: etcd.endpoints });
  assert(etcd.endpoints.every((endpoint) => endpoint.startsWith("http://")));
  await using client = new Client(etcd.clientOptions);
  await client.put("greeting", "hello");
  assertEquals((await client.get("greeting"))?.value.text(), "hello");
});

Deno.test("member() and link() count from 0, and refuse what is not there", () => {
  assertEquals(etcd.member(2), etcd.members[2]);
  assertEquals(etcd.link(1), etcd.members[1]?.proxy);
  for (const index of [-1, 3, 0.5, NaN]) {
    assertThrows(
      () => etcd.member(index),
      InvalidOptionError,
      "Cannot call member(): 'member' must be one of this cluster, or its index from 0 to 2",
    );
    assertThrows(() => etcd.link(index), InvalidOptionError, "call link()");
  }
});

Deno.test("isolate() and heal() take an index, and refuse a member of another cluster", async () => {
  await etcd.reset();
  const leader = etcd.members.indexOf(await etcd.leader());
  await etcd.isolate(leader);
  const next = await etcd.leader();
  assert(next !== etcd.member(leader));
  await etcd.heal(leader);
  await etcd.moveLeader(leader);
  assertEquals(await etcd.leader(), etcd.member(leader));
  await assertRejects(() => etcd.isolate(7), InvalidOptionError, "isolate()");
  await assertRejects(() => etcd.heal(7), InvalidOptionError, "heal()");
  await assertRejects(() => etcd.moveLeader(7), InvalidOptionError);
  const foreign = { ...etcd.member(0) };
  await assertRejects(() => etcd.isolate(foreign), InvalidOptionError);
});

Deno.test("a client gets over each fault of a link, and of a member, that concerns one of three", async () => {
  await etcd.reset();
  await using client = new Client({
    ...etcd.clientOptions,
    balancer: "adaptive",
    requestTimeoutMs: 20_000,
  });
  /** A write that is in doubt is made again: it is the same one. */
  const written = async (value: string) => {
    for (;;) {
      try {
        return await client.put("fault", value);
      } catch (error) {
        if (!(error instanceof EtcdError && error.maybeCommitted)) throw error;
      }
    }
  };
  for (
    const name of [
      "reset",
      "refuse",
      "blackhole",
      "mute",
      "pause",
      "hang",
    ] as const
  ) {
    await etcd.link(0).set(name);
    await written(name);
    await etcd.link(0).set("pass");
  }
  await etcd.link(0).set({ kind: "delay", delayMs: 20 });
  await written("delay");
  await etcd.link(0).set({ kind: "throttle", bytesPerSecond: 100_000 });
  await written("throttle");
  await etcd.link(0).set({ kind: "pass" });
  const member = await etcd.follower();
  await member.freeze();
  await written("freeze");
  await member.thaw();
  await member.stop();
  await written("stop");
  await member.restart();
  assertEquals((await client.get("fault"))?.value.text(), "stop");
});

Deno.test("snapshot() and restore() bring a cluster back to what it was", async () => {
  await etcd.reset();
  await using client = new Client(etcd.clientOptions);
  await client.put("kept", "before");
  const saved = await etcd.snapshot();
  assert(saved.startsWith(`${etcd.dataRoot}/`));
  await client.put("kept", "after");
  await etcd.restore({ snapshot: saved });
  await using later = new Client(etcd.clientOptions);
  assertEquals((await later.get("kept"))?.value.text(), "before");
});

Deno.test("logs() has the lines of all members, log() those of one", async () => {
  const text = await etcd.logs();
  for (const name of ["m1", "m2", "m3"]) assert(text.includes(`${name} {`));
  const own = await etcd.member(0).log();
  assertStringIncludes(own, '"level":"info"');
  assertStringIncludes(text, `m1 ${own.split("\n")[0]}`);
});
