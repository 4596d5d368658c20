// Many leases on one stream: none is lost because there are many.
import { assert, assertEquals, assertFalse } from "@std/assert";
import type { Lease } from "../../../../mod.ts";
import { RenewalWindow } from "../../../../api/lease/_renewal_window.ts";
import { type Int64, toBigInt } from "../../../../proto/int64.ts";
import { FakeLeases } from "./_fake_leases.ts";
import { microtasks } from "../../balancers/transport/_fake_transport.ts";
import { kept } from "./_kept_lease.ts";
import { FakeClock, seededRandom } from "../../support/_fake_clock.ts";

const TTL_SECONDS = 30;
const QUARTER_MS = 250;

/** Leases of 30 s that are kept alive, none answered yet. */
async function crowd(fake: FakeLeases, count: number): Promise<Lease[]> {
  const leases: Lease[] = [];
  for (let id = 1n; id <= BigInt(count); id++) {
    fake.answerGrant(id, TTL_SECONDS);
    const lease = await fake.facet.grant(TTL_SECONDS);
    lease.keepAlive().catch(() => {});
    leases.push(lease);
  }
  await microtasks();
  return leases;
}

/** A server that answers so many renewals in a quarter of a second. */
class Server {
  /** The renewals it got in each quarter of a second. */
  readonly quarters: number[] = [];
  readonly #fake: FakeLeases;
  #stream: unknown;
  #read = 0;

  constructor(fake: FakeLeases) {
    this.#fake = fake;
  }

  /** Lets time pass in which it answers no more than this at a time. */
  async pass(ms: number, most = Infinity): Promise<void> {
    for (let left = ms; left > 0; left -= QUARTER_MS) {
      await this.#fake.pass(QUARTER_MS, QUARTER_MS / 5);
      this.quarters.push(this.#answer(most));
      await microtasks();
    }
  }

  /** How many it has not answered. */
  get unanswered(): number {
    const { last } = this.#fake.opener;
    return last === this.#stream ? last.sent.length - this.#read : 0;
  }

  #answer(most: number): number {
    const { last } = this.#fake.opener;
    if (this.#stream !== last) this.#read = 0;
    this.#stream = last;
    let got = 0;
    for (; got < most && this.#read < last.sent.length; got++) {
      const { ID } = last.sent[this.#read++] as { ID: Int64 };
      this.#fake.renewed(TTL_SECONDS, toBigInt(ID));
    }
    return got;
  }
}

function lost(leases: readonly Lease[]): number {
  return leases.filter(({ signal }) => signal.aborted).length;
}

Deno.test("10 000 leases are renewed all over the interval, also after their stream was cut", async () => {
  const fake = new FakeLeases({ random: seededRandom(7) });
  const leases = await crowd(fake, 10_000);
  const server = new Server(fake);
  const even = 10_000 / (TTL_SECONDS / 3 / (QUARTER_MS / 1_000));
  // The first time they come at once; from then on they are apart.
  await server.pass(20_000);
  for (const cut of [false, true]) {
    if (cut) {
      fake.opener.last.end();
      await server.pass(20_000);
    }
    server.quarters.length = 0;
    await server.pass(20_000);
    const most = Math.max(...server.quarters);
    assert(most < 2 * even, `${most} in a quarter of a second, not ${even}`);
  }
  assertEquals([lost(leases), fake.opener.streams.length], [0, 2]);
  fake.facet.close();
});

Deno.test("A stream that is slow to answer, but answers, is not replaced", async () => {
  const fake = new FakeLeases({ random: seededRandom(7) });
  const leases = await crowd(fake, 2_000);
  const server = new Server(fake);
  // A third of what is due at once is answered in the interval of 10 s, and
  // all of it before a lease is lost.
  await server.pass(25_000, 30);
  assertEquals([lost(leases), fake.opener.streams.length], [0, 1]);
  fake.facet.close();
});

Deno.test("Only so many renewals are unanswered as the server answers in half a second", async () => {
  const fake = new FakeLeases({ random: seededRandom(7) });
  await crowd(fake, 5_000);
  assertEquals(fake.opener.last.sent.length, 1_000);
  const server = new Server(fake);
  // 400 in a second.
  await server.pass(8_000, 100);
  assert(server.unanswered <= 300, `${server.unanswered} are unanswered`);
  await server.pass(8_000);
  assert(fake.opener.last.sent.length > 5_000);
  fake.facet.close();
});

Deno.test("The lease that has least time goes first", async () => {
  const fake = new FakeLeases();
  await crowd(fake, 1_500);
  fake.answerGrant(9_999n, 2);
  const lease = await fake.facet.grant(2);
  lease.keepAlive().catch(() => {});
  await microtasks();
  assertFalse(fake.renewals.includes(9_999n));
  fake.renewed(TTL_SECONDS, 1n);
  assertEquals(fake.renewals[1_000], 9_999n);
  fake.facet.close();
});

Deno.test("A renewal whose answer was left out is sent again", async () => {
  const fake = new FakeLeases();
  const one = await kept(fake);
  fake.answerGrant(2n, 9);
  const two = await fake.facet.grant(9);
  two.keepAlive();
  await microtasks();
  fake.renewed(9, 2n);
  await fake.pass(3_000);
  assertEquals(fake.renewals.slice(2), [1n, 2n]);
  fake.renewed(9, 2n);
  await fake.pass(3_000);
  assertEquals(fake.renewals.slice(4).sort(), [1n, 2n]);
  assertEquals(fake.opener.streams.length, 1);
  fake.renewed(9, 1n);
  fake.renewed(9, 2n);
  assertFalse(one.signal.aborted || two.signal.aborted);
  fake.facet.close();
});

Deno.test("A stream is not taken for dead because the event loop stood still", async () => {
  const fake = new FakeLeases();
  const lease = await kept(fake);
  await fake.pass(3_000);
  assertEquals(fake.renewals.length, 2);
  fake.clock.stall(4_000);
  // What came meanwhile is read after the timers.
  await fake.pass(50, 50);
  fake.renewed(9);
  await fake.pass(2_000);
  assertEquals(fake.opener.streams.length, 1);
  assertFalse(lease.signal.aborted);
  fake.facet.close();
});

Deno.test("A stream that answers nobody is replaced, also if those it was asked about are gone", async () => {
  const fake = new FakeLeases();
  const leases = await crowd(fake, 1_001);
  // The last one waits behind a thousand that nobody asks about any more.
  for (const lease of leases.slice(0, 1_000)) lease.orphan();
  assertFalse(fake.renewals.includes(1_001n));
  await fake.pass(12_000);
  assertEquals(fake.opener.streams.length, 2);
  assertEquals(fake.renewals, [1_001n]);
  fake.facet.close();
});

Deno.test("A lease waits behind those that are gone as long as the stream answers", async () => {
  const fake = new FakeLeases();
  const leases = await crowd(fake, 1_001);
  for (const lease of leases.slice(0, 1_000)) lease.orphan();
  for (let id = 1n; id <= 5n; id++) {
    await fake.pass(5_000);
    fake.renewed(TTL_SECONDS, id);
  }
  assertEquals([lost(leases.slice(1_000)), fake.opener.streams.length], [0, 1]);
  fake.facet.close();
});

Deno.test("Leases that wait are not looked at again and again after a stall", () => {
  const clock = new FakeClock();
  const window = new RenewalWindow(clock, () => {});
  for (let id = 1n; id <= 1_001n; id++) window.ask(id, 30_000);
  clock.advance(15_000);
  const late = { lossAt: 30_000, intervalMs: 10_000, lateMs: 5_000 };
  // A few that were sent look soon; thousands would keep the event loop busy.
  assertEquals(window.due(1n, late), { action: "wait", untilMs: 15_100 });
  assertEquals(window.due(1_001n, late), { action: "wait", untilMs: 25_000 });
});
