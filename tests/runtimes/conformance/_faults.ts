import assert from "node:assert/strict";
import { BALANCER_NAMES, type BalancerName } from "@etcdeno/client/balancers";
import { type Client, EtcdError, UnavailableError } from "@etcdeno/client";
import { type Check, type Context, failureOf, pause, until } from "./_check.ts";

// More in a row than there are members.
const IN_A_ROW = 12;
const READS = 30;

/** Faults, and what is said of them. */
export const FAULT_CHECKS: readonly Check[] = [
  {
    title: "each strategy goes on when a member is killed",
    needs: "cluster",
    run: failover,
  },
  {
    title: "adaptive: no read fails while a member is silent",
    needs: "cluster",
    run: silentMember,
  },
  {
    title: "a write without an answer is in doubt",
    needs: "cluster",
    run: inDoubt,
  },
  { title: "a write that was never sent is not in doubt", run: neverSent },
  { title: "a call ends with its signal", needs: "cluster", run: aborted },
];

/** One call for all that can be done about it. */
interface Follower {
  readonly balancer: BalancerName;
  readonly client: Client;
}

async function failover(context: Context): Promise<void> {
  const followers: readonly Follower[] = BALANCER_NAMES.map((balancer) => ({
    balancer,
    client: context.client({ balancer, requestTimeoutMs: 10_000 }),
  }));
  try {
    await Promise.all(followers.map(({ client }) => client.connect()));
    // The one that the strategies with a pin are likely to have.
    await context.ask({ op: "kill", member: 0 });
    await Promise.all(followers.map(succeedsAgain));
    await context.ask({ op: "restart", member: 0 });
    await Promise.all(followers.map(succeedsAgain));
  } finally {
    await Promise.all(followers.map(({ client }) => client.close()));
  }
}

/** Some reads may fail at first; then none does. */
async function succeedsAgain({ balancer, client }: Follower): Promise<void> {
  let inARow = 0;
  await until(`${balancer}: ${IN_A_ROW} reads in a row`, async () => {
    try {
      await client.get("x", { timeoutMs: 5_000 });
      inARow++;
    } catch (error) {
      if (!(error instanceof EtcdError)) throw error;
      inARow = 0;
    }
    return inARow === IN_A_ROW;
  });
}

async function silentMember(context: Context): Promise<void> {
  await using client = context.client({ balancer: "adaptive" });
  for (let read = 0; read < READS; read++) await client.get("x");
  await context.ask({ op: "mode", member: 1, kind: "blackhole" });
  try {
    for (let read = 0; read < READS; read++) {
      await client.get("x", { timeoutMs: 5_000 });
    }
  } finally {
    await context.ask({ op: "mode", member: 1, kind: "pass" });
  }
}

async function inDoubt(context: Context): Promise<void> {
  await using server = context.undisturbed();
  await using client = context.client();
  const key = context.fresh();
  await client.connect();
  await context.ask({ op: "mode", member: "all", kind: "mute" });
  try {
    const error = await failureOf(() =>
      client.put(key, "sent", { timeoutMs: 700 })
    );
    assert.ok(error.maybeCommitted, `${error}`);
    assert.equal(error.code, "timeout");
    await until(
      "the write on the server",
      async () => (await server.get(key))?.value.text() === "sent",
    );
  } finally {
    await context.ask({ op: "mode", member: "all", kind: "pass" });
  }
}

async function neverSent(context: Context): Promise<void> {
  // Nobody listens there.
  await using client = context.client({ endpoints: "http://127.0.0.1:1" });
  const error = await failureOf(() => client.put("x", "x", { timeoutMs: 500 }));
  assert.ok(error instanceof UnavailableError, `${error}`);
  assert.ok(!error.maybeCommitted);
  assert.match(error.message, /http:\/\/127\.0\.0\.1:1: .*ECONNREFUSED/);
}

async function aborted(context: Context): Promise<void> {
  await using client = context.client();
  await client.connect();
  await context.ask({ op: "mode", member: "all", kind: "mute" });
  try {
    const controller = new AbortController();
    const call = client.get("x", { signal: controller.signal });
    await pause(50);
    const reason = new Error("enough");
    controller.abort(reason);
    await assert.rejects(call, (error) => error === reason);
  } finally {
    await context.ask({ op: "mode", member: "all", kind: "pass" });
  }
}
