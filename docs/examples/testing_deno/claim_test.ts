import { equal, ok } from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { Client } from "@etcdeno/client";
import { startEtcd } from "@etcdeno/client/testing";
import { claim } from "./claim.ts";

const job = "jobs/1";

Deno.test("a job goes to one worker, though the leader dies", async () => {
  await using etcd = await startEtcd({ members: 3 });
  const options = { ...etcd.clientOptions, requestTimeoutMs: 2_000 };
  await using client = new Client(options);
  await client.put(job, "ready");
  const leader = await etcd.leader();
  const claims = ["ann", "ben"].map((worker) => claim(client, { job, worker }));
  await leader.kill();
  const winners = (await Promise.all(claims)).filter((won) => won);
  equal(winners.length, 1);
});

Deno.test("a worker whose answer is lost knows that it has the job", async () => {
  await using etcd = await startEtcd({ members: 1 });
  const options = { ...etcd.clientOptions, requestTimeoutMs: 1_000 };
  await using client = new Client(options);
  await client.put(job, "ready");
  // What the client sends arrives, what the member answers does not.
  await etcd.link(0).set("mute");
  const heal = async () => {
    await pause(1_500);
    await etcd.link(0).set("pass");
  };
  const claimed = claim(client, { job, worker: "ann" });
  const [won] = await Promise.all([claimed, heal()]);
  ok(won);
});
