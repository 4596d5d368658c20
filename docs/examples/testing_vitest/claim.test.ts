import { expect, test } from "vitest";
import { Client } from "@etcdeno/client";
import { startEtcd } from "@etcdeno/client/testing";
import { claim } from "./claim.ts";

test("a job goes to one worker, though the leader dies", async () => {
  await using etcd = await startEtcd({ members: 3 });
  const options = { ...etcd.clientOptions, requestTimeoutMs: 2_000 };
  await using client = new Client(options);
  await client.put("jobs/1", "ready");
  const leader = await etcd.leader();
  const claims = ["ann", "ben"].map((worker) =>
    claim(client, { job: "jobs/1", worker })
  );
  await leader.kill();
  expect((await Promise.all(claims)).filter((won) => won)).toHaveLength(1);
});

test("a job goes to a worker, though one member is silent", async () => {
  await using etcd = await startEtcd({ members: 3, tls: true });
  await using client = new Client(etcd.clientOptions);
  await client.put("jobs/2", "ready");
  await etcd.link(0).set("blackhole");
  expect(await claim(client, { job: "jobs/2", worker: "ann" })).toBe(true);
});
