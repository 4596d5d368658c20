// The worked example of docs/: a strategy of the user's own.
import { assertEquals } from "@std/assert";
import {
  LeaderPoll,
  type LeaderSource,
  PreferLeader,
} from "../../../docs/examples/prefer_leader.ts";
import { waitFor } from "../../harness/mod.ts";
import { FakePool } from "./_fake_pool.ts";

/** A source that says what the test wants. */
class KnownLeader implements LeaderSource {
  leader: string | undefined;
  asked = "";
  closes = 0;

  leaderOf(endpoints: readonly string[]): string | undefined {
    this.asked = endpoints.join("");
    return this.leader;
  }

  close(): void {
    this.closes++;
  }
}

function start(endpoints: string) {
  const source = new KnownLeader();
  return { source, pool: new FakePool(new PreferLeader(source), endpoints) };
}

Deno.test("PreferLeader picks the leader as soon as it is known and ready", () => {
  const { source, pool } = start("abc");
  assertEquals(pool.pick(), "wait");
  pool.up("a", "b");
  const picks = () =>
    Array.from({ length: 4 }, () => pool.pick()).sort().join("");
  assertEquals(picks(), "aabb");
  source.leader = "c";
  assertEquals(picks(), "aabb");
  pool.up("c");
  assertEquals(picks(), "cccc");
  source.leader = "a";
  assertEquals(picks(), "aaaa");
  assertEquals(pool.strategy.snapshot().pin, "a");
  pool.lose("a");
  assertEquals(picks(), "bbcc");
});

Deno.test("PreferLeader repeats elsewhere what has failed on the leader", () => {
  const { source, pool } = start("ab");
  source.leader = "a";
  pool.up("a", "b");
  const [a, b] = [pool.at("a"), pool.at("b")];
  assertEquals(pool.pick({ attempt: 2, tried: [a] }), "b");
  assertEquals(pool.pick({ attempt: 3, tried: [a, b] }), "a");
});

Deno.test("PreferLeader tells its source of endpoints, and closes it", () => {
  const { source, pool } = start("ab");
  assertEquals(source.asked, "ab");
  pool.set("bc");
  assertEquals(source.asked, "bc");
  assertEquals(pool.dials, [1, 1]);
  pool.strategy.close();
  assertEquals(source.closes, 1);
});

/** A member whose gateway says who leads, from a member id and a term. */
function member(id: string, say: () => { leader: string; term: string }) {
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => {
    const { leader, term } = say();
    return Response.json({
      header: { member_id: id },
      leader,
      raftTerm: term,
    });
  });
}

Deno.test("LeaderPoll follows the leader, and believes the later term", async () => {
  const says = { one: saying("1", "2"), two: saying("1", "2") };
  await using one = member("1", () => says.one);
  await using two = member("2", () => says.two);
  const urls = [one, two].map(({ addr }) => `http://127.0.0.1:${addr.port}`);
  const poll = new LeaderPoll({ intervalMs: 5 });
  try {
    const leads = (at: number) =>
      waitFor("the leader", () => poll.leaderOf(urls) === urls[at]);
    await leads(0);
    // The old leader has not noticed yet that it is cut off.
    says.two = saying("2", "3");
    await leads(1);
    says.one = saying("1", "4");
    await leads(0);
    await one.shutdown();
    await leads(1);
    says.two = saying("0", "5");
    await waitFor("no leader", () => poll.leaderOf(urls) === undefined);
  } finally {
    poll.close();
  }
});

function saying(leader: string, term: string) {
  return { leader, term };
}

Deno.test("LeaderPoll does not believe in a member that is silent", async () => {
  const silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await using leader = member("1", () => saying("1", "2"));
  const url = `http://127.0.0.1:${leader.addr.port}`;
  const poll = new LeaderPoll({ intervalMs: 5, timeoutMs: 50 });
  try {
    const endpoints = [`http://127.0.0.1:${silent.addr.port}`, url];
    await waitFor("the leader", () => poll.leaderOf(endpoints) === url);
  } finally {
    poll.close();
    silent.close();
  }
});
