// Client.close() from inside the client's own events, at every one of them.
import { assert, assertEquals, assertInstanceOf, fail } from "@std/assert";
import {
  Client,
  ClientClosedError,
  type ClientOptions,
  LeaseLostError,
} from "../../../../mod.ts";
import { codecOf } from "../../../../proto/_codec.ts";
import { methods } from "../../../../proto/methods.ts";
import {
  FakeServer,
  FakeStatus,
  sleep,
  waitFor,
} from "../../../harness/mod.ts";

const BALANCERS = ["grpc1.0", "grpc1.7", "grpc1.23"] as const;
const AT_MOST = 40;
const RANGE = methods.kv.range.path;
/** From this one on, reads are not answered. */
const LAST_READ = 7;

/** A member that refuses the first token, and loses its connection once. */
async function startServer(): Promise<FakeServer> {
  const server = await FakeServer.start();
  server
    .handle(
      methods.auth.authenticate.path,
      ({ count }) =>
        codecOf("etcdserverpb.AuthenticateResponse").encode({
          token: `t${count}`,
        }),
    )
    .handle(
      methods.lease.grant.path,
      () =>
        codecOf("etcdserverpb.LeaseGrantResponse").encode({
          ID: { low: 1, high: 0 },
          TTL: { low: 60, high: 0 },
        }),
    )
    .handle(RANGE, ({ count, headers }) => {
      if (headers.token === "t1") {
        return new FakeStatus(16, "etcdserver: invalid auth token");
      }
      if (count === 4) return { kind: "disconnect" };
      return count < LAST_READ ? new Uint8Array() : { kind: "hang" };
    })
    .handleStream(methods.watch.watch.path, async (stream) => {
      for await (const _ of stream.messages) {
        stream.send(
          codecOf("etcdserverpb.WatchResponse").encode({
            created: true,
            watchId: { low: 1, high: 0 },
            header: { revision: { low: 5, high: 0 } },
          }),
        );
      }
    })
    .handleStream(methods.election.observe.path, async (stream) => {
      for await (const _ of stream.messages);
      await new Promise(() => {});
    })
    .handleStream(methods.lease.keepAlive.path, async (stream) => {
      for await (const _ of stream.messages) {
        stream.send(
          codecOf("etcdserverpb.LeaseKeepAliveResponse").encode({
            ID: { low: 1, high: 0 },
            TTL: { low: 60, high: 0 },
          }),
        );
      }
    });
  return server;
}

/** All that a client can be busy with; how each of it has ended. */
async function work(client: Client): Promise<readonly unknown[]> {
  const failed = (promise: Promise<unknown>) =>
    promise.then(() => "done", (error) => error);
  const calls = async () => {
    for (let call = 0; call < 10; call++) await client.range("k");
  };
  const lease = async () => {
    const own = await client.lease.grant(60);
    await own.keepAlive();
    // It may have ended in the same turn.
    own.signal.throwIfAborted();
    await new Promise((_, reject) =>
      own.signal.addEventListener("abort", () => reject(own.signal.reason))
    );
  };
  return await Promise.all([
    failed(calls()),
    failed(client.watch("k").events().next()),
    failed(client.watch("l", { onCompaction: "relist" }).events().next()),
    failed(lease()),
    failed(client.election.observe("n").next()),
  ]);
}

for (const balancer of BALANCERS) {
  Deno.test(`${balancer} | Client.close() in any event ends everything`, async () => {
    for (let at = 1; at < AT_MOST; at++) {
      await using server = await startServer();
      let events = 0;
      let closing: Promise<void> | undefined;
      const seen: string[] = [];
      const options: ClientOptions = {
        endpoints: server.endpoint,
        balancer,
        auth: { username: "root", password: "secret" },
        onEvent: (event) => {
          events++;
          seen.push(event.type);
          if (events === at) closing = client.close();
        },
      };
      const client = new Client(options);
      const working = work(client);
      await waitFor(
        "the event, or the last thing that happens by itself",
        () => closing !== undefined || server.calls(RANGE) >= LAST_READ,
        { intervalMs: 5 },
      );
      if (closing === undefined) await sleep(200);
      await client.close();
      const ends = await working;
      for (const end of ends) {
        if (end instanceof LeaseLostError) continue;
        assertInstanceOf(end, ClientClosedError, `${at} ${Deno.inspect(end)}`);
      }
      assertEquals(client.balancer.connections, 0);
      if (closing !== undefined) continue;
      // That was beyond the last event.
      for (const type of ["ready", "token", "retry", "lost", "closed"]) {
        assert(seen.includes(type), `no ${type}`);
      }
      return;
    }
    fail(`There are more than ${AT_MOST} events`);
  });
}
