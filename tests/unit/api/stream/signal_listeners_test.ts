// One signal for many calls, as of a server that shuts down some day: nothing
// stays on it.
import { assert, assertEquals } from "@std/assert";
import { Client, prefix } from "../../../../mod.ts";
import { codecOf } from "../../../../proto/_codec.ts";
import { methods } from "../../../../proto/methods.ts";
import { FakeServer } from "../../../harness/mod.ts";

/** A signal that counts who listens to it. */
function countingSignal() {
  const { signal } = new AbortController();
  const listeners = new Set<unknown>();
  const { addEventListener, removeEventListener } = signal;
  let most = 0;
  Object.assign(signal, {
    addEventListener(type: string, listener: () => void, ...rest: []) {
      listeners.add(listener);
      most = Math.max(most, listeners.size);
      addEventListener.call(signal, type, listener, ...rest);
    },
    removeEventListener(type: string, listener: () => void, ...rest: []) {
      listeners.delete(listener);
      removeEventListener.call(signal, type, listener, ...rest);
    },
  });
  return { signal, listeners, most: () => most };
}

const ONE = { low: 1, high: 0 };
const LONG = { low: 60, high: 0 };

/** An empty answer to each operation. */
function answers(request: Uint8Array): object[] {
  const { success } = codecOf("etcdserverpb.TxnRequest").decode(request) as {
    readonly success: readonly object[];
  };
  return success.map((operation) => {
    const [name = ""] = Object.keys(operation);
    return { [name.replace("request", "response")]: {} };
  });
}

async function startServer(): Promise<FakeServer> {
  const server = await FakeServer.start();
  const reply = (type: string, message: object) =>
    codecOf(`etcdserverpb.${type}`).encode(message);
  const { kv, lease, cluster, maintenance } = methods;
  for (const { path } of [kv.range, kv.put, kv.deleteRange, kv.compact]) {
    server.handle(path, () => new Uint8Array());
  }
  for (
    const { path } of [cluster.memberList, maintenance.alarm, lease.revoke]
  ) {
    server.handle(path, () => new Uint8Array());
  }
  server
    .handle(
      kv.txn.path,
      ({ request }) =>
        reply("TxnResponse", { succeeded: true, responses: answers(request) }),
    )
    .handle(
      lease.grant.path,
      () => reply("LeaseGrantResponse", { ID: ONE, TTL: LONG }),
    )
    .handle(
      lease.timeToLive.path,
      () =>
        reply("LeaseTimeToLiveResponse", {
          ID: ONE,
          TTL: LONG,
          grantedTTL: LONG,
        }),
    )
    .handle(
      maintenance.status.path,
      () => reply("StatusResponse", { version: "3.5.0" }),
    )
    .handleStream(lease.keepAlive.path, async (stream) => {
      for await (const _ of stream.messages) {
        stream.send(reply("LeaseKeepAliveResponse", { ID: ONE, TTL: LONG }));
      }
    })
    .handleStream(methods.watch.watch.path, async (stream) => {
      for await (const _ of stream.messages) {
        stream.send(
          reply("WatchResponse", {
            created: true,
            watchId: ONE,
            header: { revision: ONE },
          }),
        );
      }
    })
    .handleStream(maintenance.snapshot.path, (stream) => {
      stream.send(reply("SnapshotResponse", { blob: new Uint8Array(1) }));
      return Promise.resolve();
    });
  return server;
}

for (const batch of ["off", "all"] as const) {
  Deno.test(`No call leaves a listener on its signal, with batch ${batch}`, async () => {
    await using server = await startServer();
    await using client = new Client({ endpoints: server.endpoint, batch });
    const { signal, listeners, most } = countingSignal();
    const options = { signal };
    const calls: readonly (() => Promise<unknown>)[] = [
      () => client.connect(options),
      () => client.get("k", options),
      () => Promise.all([1, 2, 3].map(() => client.get("k", options))),
      () => Promise.all(["a", "b"].map((key) => client.put(key, "", options))),
      () => client.delete("k", options),
      () => client.range(prefix("k"), options),
      () => Array.fromAsync(client.list(prefix("k"), options)),
      () => client.txn({}, options),
      () => client.kv.compact(1n, options),
      () => client.cluster.members(options),
      () => client.maintenance.alarms(options),
      () => client.member(server.endpoint).status(options),
      () => client.syncEndpoints(options),
      async () => {
        const lease = await client.lease.grant(60, options);
        await lease.keepAliveOnce(options);
        await lease.timeToLive(options);
        await lease.revoke(options);
      },
      async () => {
        await using session = await client.session(options);
        await (await session.tryLock("n", options))?.unlock(options);
      },
      async () => {
        const watch = client.watch("k", options);
        await watch.ready;
        await watch.close();
      },
      // Its digest is wrong, which ends it too.
      () =>
        new Response(client.maintenance.snapshot(options)).arrayBuffer()
          .catch(() => {}),
      async () => {
        const reader = client.maintenance.snapshot(options).getReader();
        await reader.read();
        await reader.cancel();
      },
      async () => {
        const observed = client.election.observe("n", options);
        const next = observed.next();
        await next.catch(() => {});
      },
    ];
    for (const [at, call] of calls.entries()) {
      await call();
      assertEquals(listeners.size, 0, `${at}: ${call}`);
    }
    assert(most() > 0);
  });
}
