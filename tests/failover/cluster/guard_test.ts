// Endpoints of two clusters in one list: the second one is not used.
import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { BALANCER_NAMES } from "../../../balancers/mod.ts";
import { Gateway } from "../../../gateway/mod.ts";
import { ClusterMismatchError, EtcdError } from "../../../mod.ts";
import {
  type Member,
  startEtcd,
  type TestCluster,
  waitFor,
} from "../../harness/mod.ts";
import { codeOf } from "../auth/_subject.ts";
import { clientOf } from "../endpoints/_subject.ts";

let cluster: TestCluster;
let other: TestCluster;

Deno.test.beforeAll(async () => {
  [cluster, other] = await Promise.all([
    startEtcd({ members: 1 }),
    startEtcd({ members: 1 }),
  ]);
});

Deno.test.afterAll(async () => {
  await Promise.all([cluster.close(), other.close()]);
});

function first(): Member {
  const [member] = cluster.members;
  assert(member !== undefined);
  return member;
}

for (const balancer of BALANCER_NAMES) {
  Deno.test(`${balancer} | an endpoint of another cluster is refused by name`, async () => {
    const [stranger = ""] = other.endpoints;
    await using client = clientOf(first().endpoint, { balancer });
    await using observer = clientOf(stranger);
    await client.put("guard", "here");
    await observer.put("guard", "there");
    const seen: string[] = [];
    const watch = client.watch("guard");
    const watching = (async () => {
      for await (const event of watch.events()) {
        seen.push(event.kv.value.text());
      }
    })();
    await waitFor("the watch", () => watch.state.kind === "live");
    client.setEndpoints([first().endpoint, stranger]);
    await first().proxy.set({ kind: "refuse" });
    try {
      const errors: EtcdError[] = [];
      await waitFor("a reply of the other cluster", async () => {
        try {
          await client.range("guard", { timeoutMs: 200 });
        } catch (error) {
          assert(error instanceof EtcdError);
          errors.push(error);
        }
        return client.balancer.endpoints.some(({ state }) =>
          state === "closed"
        );
      });
      const refusals = errors.filter((error) =>
        error instanceof ClusterMismatchError
      );
      assert(refusals.length <= 1);
      for (const error of refusals) {
        assertEquals(error.endpoint, stranger);
        assertStringIncludes(error.message, "is not used any more");
      }
      await observer.put("guard", "there again");
      assertEquals(
        await codeOf(client.put("guard", "?", { timeoutMs: 300 })),
        "unavailable",
      );
    } finally {
      await first().proxy.set({ kind: "pass" });
    }
    await client.put("guard", "here again");
    await waitFor("the event", () => seen.includes("here again"));
    assertEquals(seen, ["here again"]);
    assertEquals((await observer.get("guard"))?.value.text(), "there again");
    await watch.close();
    await watching;
  });
}

Deno.test("a read that another cluster answers is not taken for an answer", async () => {
  await using client = clientOf(first().endpoint);
  await client.put("theirs", "ours");
  const [stranger = ""] = other.endpoints;
  client.setEndpoints([first().endpoint, stranger]);
  const answers = new Set<string>();
  const error = await assertRejects(async () => {
    for (let calls = 0; calls < 50; calls++) {
      const kv = await client.get("theirs");
      answers.add(kv?.value.text() ?? "nothing");
      await waitFor(
        "both connections",
        () => client.balancer.endpoints.every(({ state }) => state === "ready"),
      );
    }
  }, ClusterMismatchError);
  assertEquals(error.endpoint, stranger);
  assertEquals([...answers], ["ours"]);
});

Deno.test("two clusters behind one address are told as such, and the client stays with one", async () => {
  const [stranger] = other.members;
  assert(stranger !== undefined);
  const both = [first(), stranger];
  await using gateway = await Gateway.start({
    endpoints: both.map(({ endpoint }) => endpoint),
    listen: "127.0.0.1:0",
    retryDelayMs: 100,
    dialTimeoutMs: 1_000,
  });
  const leadTo = async (member: Member) => {
    await member.proxy.set({ kind: "pass" });
    for (const one of both) {
      if (one !== member) await one.proxy.set({ kind: "refuse" });
    }
  };
  await using client = clientOf(`http://${gateway.address}`);
  // What a read meets once it is answered.
  const read = async () => {
    let met: string | ClusterMismatchError | undefined;
    await waitFor("an answer", async () => {
      try {
        met = (await client.get("both", { timeoutMs: 500 }))?.value.text();
      } catch (error) {
        if (!(error instanceof ClusterMismatchError)) return false;
        met = error;
      }
      return true;
    });
    return met instanceof ClusterMismatchError ? met.message : met;
  };
  try {
    for (const member of both) {
      await leadTo(member);
      await using direct = clientOf(member.directEndpoint);
      await direct.put("both", member === stranger ? "there" : "here");
    }
    await leadTo(first());
    assertEquals(await read(), "here");
    await leadTo(stranger);
    assertStringIncludes(
      await read() ?? "",
      "is the last endpoint, and it belongs",
    );
    assertEquals(await read(), "there");
    for (let turns = 0; turns < 2; turns++) {
      await leadTo(first());
      for (let reads = 0; reads < 5; reads++) {
        assertStringIncludes(await read() ?? "", "leads to two clusters");
      }
      const put = client.put("both", "lost", { timeoutMs: 1_000 });
      const error = await assertRejects(() => put, ClusterMismatchError);
      // The other one has it now.
      assert(error.maybeCommitted);
      await leadTo(stranger);
      assertEquals(await read(), "there");
    }
  } finally {
    for (const member of both) await member.proxy.set({ kind: "pass" });
  }
});
