// Leases against a model of a server: whatever becomes of streams, none is
// believed alive that may have ended; and if all goes well none is lost.
import { assert, assertEquals } from "@std/assert";
import type { Lease } from "../../../../mod.ts";
import { fromBigInt, type Int64, toBigInt } from "../../../../proto/int64.ts";
import { seededRandom } from "../../support/_fake_clock.ts";
import { freshSeeds } from "../../support/_seeds.ts";
import { FakeLeases } from "./_fake_leases.ts";
import { microtasks } from "../../balancers/transport/_fake_transport.ts";

const TTLS = [2, 5, 9, 30];
const STEPS = 200;
// After this long without a fault, what will be lost to one is lost.
const SETTLED_MS = 3_000;

/** A server with its leases, on a stream that is slow or silent now and then. */
class Model {
  readonly fake: FakeLeases;
  readonly leases: Lease[] = [];
  readonly below: (limit: number) => number;
  silent = false;
  readonly #endsAt = new Map<bigint, { ttlSeconds: number; atMs: number }>();
  readonly #regranted = new Set<bigint>();
  readonly #waiting: (() => void)[] = [];
  #lastId = 0n;
  #stream: unknown;
  #read = 0;
  readonly #answers: (() => void)[] = [];

  constructor(seed: number) {
    const random = seededRandom(seed);
    this.below = (limit) => Math.floor(random() * limit);
    this.fake = new FakeLeases({ random });
    this.fake.answer("LeaseGrant", (request) => {
      const { ID, TTL } = request as { ID: Int64; TTL: Int64 };
      const id = toBigInt(ID) || ++this.#lastId;
      const ttlSeconds = Number(toBigInt(TTL));
      if (this.#regranted.has(id)) return this.#regrant(id, ttlSeconds);
      this.#grant(id, ttlSeconds);
      return { ID: fromBigInt(id), TTL };
    });
    this.fake.answer("LeaseRevoke", (request) => {
      this.#endsAt.delete(toBigInt((request as { ID: Int64 }).ID));
      return {};
    });
    this.fake.answer("LeaseTimeToLive", (request) => {
      const lease = this.#endsAt.get(toBigInt((request as { ID: Int64 }).ID));
      const leftMs = (lease?.atMs ?? 0) - this.#now;
      if (lease === undefined || leftMs <= 0) return { TTL: fromBigInt(-1n) };
      return {
        TTL: fromBigInt(BigInt(Math.floor(leftMs / 1_000))),
        grantedTTL: fromBigInt(BigInt(lease.ttlSeconds)),
      };
    });
  }

  async grant(): Promise<void> {
    for (let count = this.below(200); count >= 0; count--) {
      const ttlSeconds = TTLS[this.below(TTLS.length)] ?? 9;
      this.#keep(await this.fake.facet.grant(ttlSeconds));
    }
  }

  async attachOne(): Promise<void> {
    const { id } = this.leases[this.below(this.leases.length)] ?? {};
    if (id === undefined || this.has(id) === false) return;
    this.#keep(await this.fake.facet.attach(id));
  }

  /** Ends one, and perhaps grants another with its id. */
  async endOne(): Promise<void> {
    const [lease] = this.leases.splice(this.below(this.leases.length), 1);
    if (lease === undefined) return;
    const { id } = lease;
    if (this.leases.some((other) => other.id === id)) return lease.orphan();
    await lease.revoke();
    if (this.below(2) === 0) return;
    this.#keep(await this.fake.facet.grant(9, { id }));
  }

  /**
   * Grants another lease with the id of one that somebody else revokes, after
   * any time: until that is answered, the one before is renewed.
   */
  async regrantOne(): Promise<void> {
    const [before] = this.leases.splice(this.below(this.leases.length), 1);
    if (before === undefined) return;
    const { id } = before;
    const shared = this.leases.some((other) => other.id === id);
    if (shared || this.#regranted.has(id)) return before.orphan();
    this.#regranted.add(id);
    const lease = await this.fake.facet.grant(2 + this.below(20), { id });
    this.#regranted.delete(id);
    before.orphan();
    this.#keep(lease);
  }

  /** Lets those go on that grant or answer a lease once more. */
  goOn(): void {
    for (const goOn of this.#waiting.splice(0)) goOn();
  }

  has(id: bigint): boolean {
    return (this.#endsAt.get(id)?.atMs ?? 0) > this.#now;
  }

  /** Renews up to so many leases, in the order asked. */
  serve(most = Infinity): void {
    if (this.silent) return;
    const stream = this.fake.opener.streams.at(-1);
    if (stream !== this.#stream) this.#read = 0;
    this.#stream = stream;
    for (let count = 0; stream?.live && count < most; count++) {
      const request = stream.sent[this.#read];
      if (request === undefined) return;
      this.#read++;
      const id = toBigInt(request.ID as Int64);
      const ttlSeconds = this.has(id) ? this.#renew(id) : 0;
      const answer = {
        ID: fromBigInt(id),
        TTL: fromBigInt(BigInt(ttlSeconds)),
      };
      this.#answers.push(() => stream.reply(answer));
    }
  }

  /** Lets the answers to what it has served arrive. */
  deliver(): void {
    if (this.silent) return;
    for (const answer of this.#answers.splice(0)) answer();
  }

  /** Nothing is believed alive that is not. */
  check(note: string): void {
    for (const { id, signal } of this.leases) {
      assert(signal.aborted || this.has(id), `${note}: ${id} has ended`);
    }
  }

  get #now(): number {
    return this.fake.clock.now();
  }

  async #regrant(id: bigint, ttlSeconds: number): Promise<object> {
    const turn = () =>
      new Promise<void>((resolve) => this.#waiting.push(resolve));
    await turn();
    this.#grant(id, ttlSeconds);
    await turn();
    return { ID: fromBigInt(id), TTL: fromBigInt(BigInt(ttlSeconds)) };
  }

  #grant(id: bigint, ttlSeconds: number): void {
    this.#endsAt.set(id, { ttlSeconds, atMs: 0 });
    this.#renew(id);
  }

  #renew(id: bigint): number {
    const lease = this.#endsAt.get(id);
    assert(lease);
    lease.atMs = this.#now + lease.ttlSeconds * 1_000;
    return lease.ttlSeconds;
  }

  #keep(lease: Lease): void {
    lease.keepAlive().catch(() => {});
    this.leases.push(lease);
  }
}

/** How the streams are, and whether others revoke leases. */
type World = "good" | "faulty" | "contested";

async function play(seed: number, world: World): Promise<void> {
  const model = new Model(seed);
  const withFaults = world !== "good";
  const { fake, below } = model;
  let steps = 0;
  const step = async (most?: number) => {
    await fake.pass(50 + below(100), 50);
    if (steps++ % 3 === 0 || below(3) === 0) model.deliver();
    model.serve(most);
    if (world === "contested" && below(4) === 0) model.goOn();
    await microtasks();
    model.check(`seed ${seed}`);
  };
  for (let at = 0; at < STEPS; at++) {
    const pick = below(100);
    if (pick < 6) await model.grant();
    else if (pick < 10) await model.attachOne();
    else if (pick < 20) await model.endOne();
    else if (pick < 24 && withFaults) fake.opener.streams.at(-1)?.end();
    else if (pick < 31 && withFaults) model.silent = pick < 27;
    else if (pick < 60 && world === "contested") void model.regrantOne();
    await step(withFaults && below(3) === 0 ? 20 : Infinity);
  }
  model.silent = false;
  const untilMs = fake.clock.now() + SETTLED_MS;
  while (fake.clock.now() < untilMs) await step();
  const lost = () => model.leases.filter(({ signal }) => signal.aborted).length;
  const before = lost();
  if (!withFaults) assertEquals(before, 0, `seed ${seed}`);
  for (let at = 0; at < STEPS; at++) await step();
  if (world !== "contested") {
    assertEquals(lost(), before, `seed ${seed}: lost later`);
  }
  fake.facet.close();
  assertEquals(fake.clock.pending, 0, `seed ${seed}`);
}

for (const world of ["good", "faulty", "contested"] as const) {
  Deno.test(`Leases are alive as far as they are believed to be, in a ${world} world`, async () => {
    for (const seed of freshSeeds(10)) await play(seed, world);
  });
}

// Found by chance: a renewal is sent as its lease is revoked and granted anew.
for (
  const [seed, world] of [[945_019_492, "faulty"], [115, "contested"]] as const
) {
  Deno.test(`Leases are alive as far as they are believed to be, with the seed ${seed} in a ${world} world`, async () => {
    await play(seed, world);
  });
}
