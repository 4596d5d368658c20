// What a client tells while a member of a real cluster dies and comes back.
import { assert, assertEquals } from "@std/assert";
import { BALANCER_NAMES, type BalancerName } from "../../balancers/mod.ts";
import type { ClientEvent, Watch } from "../../mod.ts";
import { type Member, startEtcd, waitFor } from "../harness/mod.ts";
import { observer } from "../scenarios/steps/clients.ts";
import { repeatDuring } from "../scenarios/steps/repeat_during.ts";
import { clientAs, ROOT, setUp } from "./auth/_subject.ts";
import { clientOf } from "./streams/_subject.ts";
import { cluster, startThreeMembers } from "./_three_members.ts";

const READERS = 8;

startThreeMembers();

type EventOf<Type, Event = ClientEvent> = Event extends
  { readonly type: infer Own } ? Type extends Own ? Event : never : never;

/** What a client has told, and a wait for more. */
class Told {
  readonly events: ClientEvent[] = [];

  /** The first event of this type that fits, as soon as there is one. */
  first<Type extends ClientEvent["type"]>(
    type: Type,
    fits: (event: EventOf<Type>) => boolean = () => true,
  ): Promise<EventOf<Type>> {
    return waitFor(
      `an event '${type}'`,
      () =>
        this.events.find((
          event,
        ): event is EventOf<Type> =>
          event.type === type &&
          fits(event as EventOf<Type>)
        ),
      { timeoutMs: 15_000 },
    );
  }

  /** Those of these types. */
  of(...types: readonly ClientEvent["type"][]): readonly ClientEvent[] {
    return this.events.filter(({ type }) => types.includes(type));
  }
}

/** The member whose stream a watch is on. */
function memberOf({ state }: Watch): Member {
  assert(state.kind === "live", state.kind);
  const member = cluster.members.find(({ endpoint }) =>
    endpoint === state.endpoint
  );
  assert(member, `${state.endpoint} is no member`);
  return member;
}

/** What only some strategies tell: of their pin, and of what they avoid. */
async function assertChoices(
  balancer: BalancerName,
  told: Told,
  { endpoint }: Member,
): Promise<void> {
  if (balancer === "grpc1.23") {
    assertEquals(told.of("switch", "unhealthy", "healthy"), []);
    return;
  }
  if (balancer === "adaptive") {
    await told.first("trusted", (event) => event.endpoint === endpoint);
    assertEquals(told.of("switch"), []);
    return;
  }
  await told.first("switch", ({ from }) => from === endpoint);
  await told.first("switch", ({ to }) => to !== undefined && to !== endpoint);
  if (balancer === "grpc1.0") {
    assertEquals(told.of("unhealthy", "healthy"), []);
    return;
  }
  await told.first("unhealthy", (event) => event.endpoint === endpoint);
  await told.first("healthy", (event) => event.endpoint === endpoint);
}

for (const balancer of BALANCER_NAMES) {
  Deno.test(`${balancer} | a client tells what the death of a member does to it`, async () => {
    const told = new Told();
    const [first] = cluster.members;
    assert(first);
    await using client = await clientOf(first, balancer, {
      onEvent: (event) => told.events.push(event),
    });
    client.setEndpoints(cluster.endpoints);
    const key = `events/${balancer}`;
    await using store = observer(cluster);
    await using watch = client.watch(key);
    await watch.ready;
    const delivered = watch.events();
    const { header } = await store.put(key, "1");
    assertEquals((await delivered.next()).value?.kv.value.text(), "1");
    assertEquals(told.of("watch_resumed", "lost", "retry"), []);

    const target = memberOf(watch);
    await using _alive = {
      async [Symbol.asyncDispose]() {
        if (!target.running) await target.restart();
      },
    };
    const reads = Array<() => Promise<unknown>>(READERS).fill(() =>
      client.get(key)
    );
    await repeatDuring(reads, async () => {
      await target.kill();
      await told.first("lost", ({ endpoint }) => endpoint === target.endpoint);
      const { attempt, method } = await told.first("retry");
      assertEquals([attempt, method], [1, "KV.Range"]);
    }, {});
    const resumed = await told.first("watch_resumed");
    assertEquals(resumed.cursor, header.revision + 1n);
    assertEquals(resumed.endpoint, memberOf(watch).endpoint);
    await assertChoices(balancer, told, target);
    await store.put(key, "2");
    assertEquals((await delivered.next()).value?.kv.value.text(), "2");
    if (balancer === "grpc1.7") return;
    const ofTarget = (event: { endpoint: string }) =>
      event.endpoint === target.endpoint;
    await told.first("failed", ofTarget);
    told.events.length = 0;
    await target.restart();
    await told.first("ready", ofTarget);
  });
}

Deno.test("a client tells that its lease was revoked elsewhere, and not that it has revoked it", async () => {
  const told = new Told();
  const [first] = cluster.members;
  assert(first);
  await using client = await clientOf(first, "grpc1.23", {
    onEvent: (event) => told.events.push(event),
  });
  await using store = observer(cluster);
  const [own, other] = [
    await client.lease.grant(3),
    await client.lease.grant(3),
  ];
  await Promise.all([own.keepAlive(), other.keepAlive()]);
  await own.revoke();
  await (await store.lease.attach(other.id)).revoke();
  await told.first("lease_lost");
  assertEquals(told.of("lease_lost"), [
    { type: "lease_lost", lease: other.id, reason: "expired" },
  ]);
});

Deno.test("a client tells what becomes of its token when the server forgets it", async () => {
  await using guarded = await startEtcd({ members: 1 });
  const [member] = guarded.members;
  assert(member);
  const told = new Told();
  await using client = clientAs(guarded, {
    auth: ROOT,
    onEvent: (event) => told.events.push(event),
  });
  const changes = () =>
    told.of("token").map((event) => event.type === "token" && event.change);
  await client.get("k");
  assertEquals(changes(), ["not_needed"]);
  await setUp(guarded);
  await client.get("k");
  assertEquals(changes(), ["not_needed", "refused", "fetched"]);
  // Simple tokens are in memory, but a member makes them again from its log
  // if it has committed nothing since.
  await client.put("k", "v");
  await member.stop();
  await member.restart();
  told.events.length = 0;
  await client.put("k", "w");
  assertEquals(changes(), ["refused", "fetched"]);
  await told.first("retry", ({ code }) => code === "invalid_auth_token");
});
