// What errors say of writes that no cluster of one member can be asked for, by
// a server that takes requests and does not answer them.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Client, EtcdError, TimeoutError } from "../../../../mod.ts";
import { codecOf } from "../../../../proto/_codec.ts";
import { AlarmAction, AlarmType } from "../../../../proto/gen/messages.ts";
import type { Method } from "../../../../proto/method.ts";
import { methods } from "../../../../proto/methods.ts";
import { FakeServer, waitFor } from "../../../harness/mod.ts";

type Call = (
  client: Client,
  options: { readonly timeoutMs?: number },
  endpoint: string,
) => Promise<unknown>;

const { auth, cluster, maintenance, lease } = methods;

/** A method, and the call that it is the write of. */
const WRITES:
  readonly (readonly [Pick<Method<never, unknown>, "path">, Call])[] = [
    [auth.authEnable, (client, options) => client.auth.enable(options)],
    [auth.authDisable, (client, options) => client.auth.disable(options)],
    [
      auth.userChangePassword,
      (client, options) => client.auth.users.changePassword("u", "p", options),
    ],
    [
      auth.roleGrantPermission,
      (client, options) =>
        client.auth.roles.grantPermission(
          "r",
          { type: "read", keys: "k" },
          options,
        ),
    ],
    [
      auth.roleRevokePermission,
      (client, options) =>
        client.auth.roles.revokePermission("r", "k", options),
    ],
    [
      cluster.memberAdd,
      (client, options) => client.cluster.add("http://a:1", options),
    ],
    [
      cluster.memberRemove,
      (client, options) => client.cluster.remove(1n, options),
    ],
    [
      cluster.memberPromote,
      (client, options) => client.cluster.promote(1n, options),
    ],
    [
      maintenance.alarm,
      (client, options) => client.maintenance.disarm(options),
    ],
    [
      maintenance.defragment,
      (client, options, endpoint) =>
        client.member(endpoint).defragment(options),
    ],
    [
      maintenance.moveLeader,
      (client, options, endpoint) =>
        client.member(endpoint).moveLeader(1n, options),
    ],
    [
      maintenance.downgrade,
      (client, options, endpoint) =>
        client.member(endpoint).downgrade.enable("3.4.0", options),
    ],
  ];

/** A server that takes every write, and counts it, and answers none. */
async function silent(): Promise<
  { server: FakeServer; taken: (path: string) => number }
> {
  const server = await FakeServer.start();
  const counts = new Map<string, number>();
  const taken = (path: string) => counts.get(path) ?? 0;
  const requests = codecOf("etcdserverpb.AlarmRequest");
  const replies = codecOf("etcdserverpb.AlarmResponse");
  const alarms = [{ memberID: { low: 1, high: 0 }, alarm: AlarmType.NOSPACE }];
  for (const [{ path }] of WRITES) {
    server.handle(path, ({ request }) => {
      const { action } = requests.decode(request) as { action?: AlarmAction };
      if (path === maintenance.alarm.path && action === AlarmAction.GET) {
        return replies.encode({ alarms });
      }
      counts.set(path, taken(path) + 1);
      return { kind: "hang" };
    });
  }
  return { server, taken };
}

const FAULTS = {
  "its answer is lost": {
    options: {},
    fault: (_client: Client, server: FakeServer) => server.disconnect(),
  },
  "its time is over": { options: { timeoutMs: 2_000 }, fault: () => {} },
  "the client is closed": {
    options: {},
    fault: (client: Client) => client.close(),
  },
} as const;

for (const [when, { options, fault }] of Object.entries(FAULTS)) {
  Deno.test(`maybeCommitted is true of each write that a server has taken when ${when}, and it is sent once`, async () => {
    const { server, taken } = await silent();
    await using _server = server;
    const made = WRITES.map(([{ path }, call]) => {
      const client = new Client({
        endpoints: server.endpoint,
        keepAlive: false,
      });
      const failure = call(client, options, server.endpoint).then(
        () => undefined,
        (error) => error,
      );
      return { path, client, failure };
    });
    for (const { path } of made) {
      await waitFor(path, () => taken(path) > 0, { timeoutMs: 20_000 });
    }
    for (const { client } of made) await fault(client, server);
    for (const { path, client, failure } of made) {
      const error = await failure;
      await client.close();
      assert(error instanceof EtcdError, `${path}: ${error}`);
      assertEquals([path, error.maybeCommitted], [path, true]);
      assertEquals([path, taken(path)], [path, 1]);
    }
  });
}

Deno.test("session() whose lease was granted, and is not renewed in time, says so, with what the stream met", async () => {
  await using server = await FakeServer.start();
  const grant = codecOf("etcdserverpb.LeaseGrantResponse");
  server
    .handle(lease.grant.path, () =>
      grant.encode({
        ID: { low: 1, high: 0 },
        TTL: { low: 60, high: 0 },
      }))
    .handleStream(lease.keepAlive.path, async (stream) => {
      for await (const _ of stream.messages) stream.reset(8);
    });
  await using client = new Client({
    endpoints: server.endpoint,
    keepAlive: false,
  });
  const error = await assertRejects(
    () => client.session({ timeoutMs: 1_000 }),
    TimeoutError,
    "Cannot open the session: not done within 1000 ms (timeout), the last attempt ended at",
  );
  assert(error.maybeCommitted);
  assert(error.cause instanceof EtcdError);
  assertEquals(error.cause.endpoint, server.endpoint);
});
