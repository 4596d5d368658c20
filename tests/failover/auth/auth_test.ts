// Section G of the catalogue: users, tokens that are lost, auth that is
// switched. Every member keeps simple tokens in memory alone.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { BALANCER_NAMES, type BalancerName } from "../../../balancers/mod.ts";
import { AuthError, type Client, prefix } from "../../../mod.ts";
import { type Member, waitFor } from "../../harness/mod.ts";
import { cluster, startCluster } from "../_cluster.ts";
import { repeatDuring } from "../../scenarios/steps/repeat_during.ts";
import { History } from "../../harness/history.ts";
import {
  ALICE,
  clientAs,
  clientOn,
  codeOf,
  ROOT,
  setAuth,
  setUp,
} from "./_subject.ts";

let serial = 0;

startCluster();

Deno.test.beforeAll(() => setUp(cluster));

/** A key of alice's that no other test has. */
function newKey(): string {
  return `app/${++serial}/`;
}

/** What a test is given. */
interface Subject {
  readonly balancer: BalancerName;
  /** A client of alice's. */
  readonly alice: Client;
  /** The member it has settled on, where its strategy does so. */
  readonly member: Member;
  /** How often a member has refused its token. */
  refusals(): number;
}

/** A test for each strategy. */
function scenario(
  name: string,
  run: (subject: Subject) => Promise<void>,
): void {
  for (const balancer of BALANCER_NAMES) {
    Deno.test(`${balancer} | ${name}`, async () => {
      const member = await cluster.follower();
      let refused = 0;
      await using alice = await clientOn(member, {
        cluster,
        balancer,
        auth: ALICE,
        onEvent: (event) => {
          if (event.type === "token" && event.change === "refused") refused++;
        },
      });
      await run({ balancer, alice, member, refusals: () => refused });
    });
  }
}

/**
 * Restarts every member, by turns and gracefully: one that is killed may make
 * its tokens again from its log.
 */
async function loseTokens(): Promise<void> {
  for (const member of cluster.members) {
    await member.stop();
    await member.restart();
  }
}

/** As many calls as it takes for each member to have had some. */
async function manyPuts(client: Client, key: string): Promise<void> {
  for (let made = 0; made < 9; made++) await client.put(`${key}${made}`, "x");
}

scenario(
  "#86 calls go on when a restart has lost the token, writes too",
  async ({ alice, refusals }) => {
    const key = newKey();
    await manyPuts(alice, key);
    await loseTokens();
    await manyPuts(alice, key);
    assertEquals((await alice.get(`${key}0`))?.version, 2n);
    assert(refusals() > 0);
  },
);

scenario(
  "#86 #88 a watch and a lease go on when a restart has lost the token",
  async ({ alice, refusals }) => {
    const key = newKey();
    await using watch = alice.watch(prefix(key));
    const history = new History(watch);
    await watch.ready;
    await using lease = await alice.lease.grant(10);
    await lease.keepAlive();
    const before = await alice.put(key, "before");
    await loseTokens();
    await waitFor(
      "the watch on another stream",
      () => watch.state.kind === "live",
    );
    const { header } = await alice.put(key, "x", { lease: lease.id });
    await history.reach(header.revision);
    assertEquals([...history.revisions.keys()], [
      before.header.revision,
      header.revision,
    ]);
    assert(refusals() > 0);
    assertEquals(await lease.keepAliveOnce(), 10);
    assert(!lease.signal.aborted);
  },
);

scenario("#89 calls go on while the auth store changes", async ({ alice }) => {
  await using root = clientAs(cluster, { auth: ROOT });
  const key = newKey();
  let rounds = 0;
  const changes = async (signal: AbortSignal) => {
    for (let made = 0; made < 10; made++) {
      const role = `role ${serial} ${made}`;
      await root.auth.roles.add(role);
      await root.auth.roles.delete(role);
      // A call may meet a change each time it is made again, and gives up.
      const seen = rounds;
      await waitFor("a round of calls", () => rounds > seen, { signal });
    }
  };
  const round = async () => {
    await alice.put(key, `${rounds}`);
    await alice.get(key);
    rounds++;
  };
  await repeatDuring(round, changes, {});
});

scenario(
  "#90 a changed password is told as such, and never loops",
  async ({ member, balancer }) => {
    await using root = clientAs(cluster, { auth: ROOT });
    const username = `bob${++serial}`;
    await root.auth.users.add(username, { password: "old" });
    await root.auth.users.grantRole(username, "app");
    const passwords = ["old"];
    let asked = 0;
    let refused = 0;
    await using bob = await clientOn(member, {
      cluster,
      balancer,
      auth: {
        username,
        password: () => {
          asked++;
          return passwords.at(-1) ?? "";
        },
      },
      onEvent: (event) => {
        if (event.type === "token" && event.change === "refused") refused++;
      },
    });
    // A member that is a little behind does not know a new token yet.
    const askedOnce = () => assertEquals(asked - refused, 1);
    const key = newKey();
    await bob.put(key, "x");
    askedOnce();
    // A changed password invalidates the user's tokens.
    await root.auth.users.changePassword(username, "new");
    [asked, refused] = [0, 0];
    const error = await assertRejects(async () => {
      for (let made = 0; made < 9; made++) await bob.put(key, "y");
    }, AuthError);
    assertEquals(
      [error.code, error.maybeCommitted, error.message.includes(username)],
      ["auth_failed", false, true],
    );
    // Once for the old token, which was refused.
    assertEquals([asked, refused], [1, 1]);
    assertEquals(await codeOf(bob.get(key)), "auth_failed");
    assertEquals([asked, refused], [2, 1]);
    passwords.push("new");
    [asked, refused] = [0, 0];
    await bob.put(key, "z");
    askedOnce();
  },
);

scenario(
  "#91 a live client goes on when auth is switched off, and on again",
  async ({ alice }) => {
    const key = newKey();
    await manyPuts(alice, key);
    await using watch = alice.watch(prefix(key));
    const history = new History(watch);
    await watch.ready;
    await setAuth(cluster, "off");
    await manyPuts(alice, key);
    await using early = clientAs(cluster, { auth: ALICE });
    await early.put(key, "without auth");
    await setAuth(cluster, "on");
    await manyPuts(alice, key);
    // #92: it has no token, as none was given, and is asked for one now.
    const { header } = await early.put(key, "with auth");
    await history.reach(header.revision);
    assertEquals(history.faults, []);
  },
);
