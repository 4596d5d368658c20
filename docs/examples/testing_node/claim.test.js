// Written for Node 22, which has no `await using`.
import { equal, ok } from "node:assert/strict";
import { after, before, test } from "node:test";
import { Client } from "@etcdeno/client";
import { startEtcd } from "@etcdeno/client/testing";
import { claim } from "./claim.js";

let etcd;
let client;

before(async () => {
  etcd = await startEtcd({ members: 3 });
  client = new Client({ ...etcd.clientOptions, requestTimeoutMs: 2_000 });
});

after(async () => {
  await client?.close();
  await etcd?.close();
});

test("a job goes to one worker, though the leader dies", async () => {
  await client.put("jobs/1", "ready");
  const leader = await etcd.leader();
  const claims = ["ann", "ben"].map((worker) =>
    claim(client, { job: "jobs/1", worker })
  );
  await leader.kill();
  const winners = (await Promise.all(claims)).filter((won) => won);
  equal(winners.length, 1);
  await leader.restart();
});

test("a job goes to a worker, though one member is silent", async () => {
  await client.put("jobs/2", "ready");
  await etcd.link(0).set("blackhole");
  ok(await claim(client, { job: "jobs/2", worker: "ann" }));
  await etcd.reset();
});
