import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import {
  PooledConnection,
  type SubConnectionContext,
} from "../../balancers/_sub_connection.ts";
import { CONNECTION_BACKOFF } from "../../errors/backoff.ts";
import { FakeClock, seededRandom } from "./_fake_clock.ts";
import {
  endpoint,
  FakeNetwork,
  type FakeTransport,
  microtasks,
} from "./_fake_transport.ts";

class Subject {
  readonly network = new FakeNetwork();
  readonly clock: FakeClock;
  readonly states: string[] = [];
  readonly connection: PooledConnection;
  dialsTold = 0;
  #epoch = 0;

  constructor(random?: () => number) {
    this.clock = new FakeClock(random ? { random } : {});
    const context: SubConnectionContext = {
      dial: this.network.dial,
      dialTimeoutMs: 700,
      clock: this.clock,
      nextEpoch: () => ++this.#epoch,
      onDial: () => this.dialsTold++,
      onChange: ({ state }) => this.states.push(state),
    };
    this.connection = new PooledConnection(endpoint("a"), context);
  }

  get transport(): FakeTransport {
    return this.network.at("a");
  }

  get dials(): number {
    return this.network.dialled.length;
  }

  /** The time until the next dial, which must come. */
  nextDialMs(limitMs = 200_000): number {
    const before = this.dials;
    const from = this.clock.now();
    while (this.dials === before) {
      assert(this.clock.now() - from < limitMs, "no dial");
      this.clock.advance(1);
    }
    return this.clock.now() - from;
  }
}

function up(): Subject {
  const subject = new Subject();
  subject.connection.connect();
  subject.transport.up();
  return subject;
}

Deno.test("PooledConnection dials when asked for, once, with the dial timeout", () => {
  const { connection, network, states } = new Subject();
  assertStrictEquals(connection.state, "idle");
  connection.connect();
  connection.connect();
  assertEquals(network.dialled.map((one) => one.timeoutMs), [700]);
  assertEquals(states, ["connecting"]);
  assertStrictEquals(connection.transport, undefined);
  network.at("a").up();
  connection.connect();
  assertEquals(network.dialled.length, 1);
  assertEquals(states, ["connecting", "ready"]);
  assertStrictEquals(connection.transport, network.at("a"));
  assertStrictEquals(connection.epoch, 1);
});

Deno.test("PooledConnection repeats failed dials after 1 s, growing by 1.6 up to 120 s", () => {
  const subject = new Subject();
  subject.connection.connect();
  const waits: number[] = [];
  for (let failure = 0; failure < 13; failure++) {
    subject.transport.down("connection refused");
    assertStrictEquals(subject.connection.state, "failing");
    assertStrictEquals(subject.connection.lastError, "connection refused");
    waits.push(subject.nextDialMs());
  }
  assertEquals(waits.slice(0, 4), [1_000, 1_600, 2_560, 4_096]);
  assertEquals(waits.slice(-2), [120_000, 120_000]);
  assertStrictEquals(subject.dialsTold, 14);
});

Deno.test("PooledConnection varies its waits by 20 % either way", () => {
  const random = seededRandom(3);
  const draws: number[] = [];
  const subject = new Subject(() => {
    const draw = random();
    draws.push(draw);
    return draw;
  });
  subject.connection.connect();
  const { initialMs } = CONNECTION_BACKOFF;
  const waits = new Set<number>();
  for (let round = 0; round < 40; round++) {
    subject.transport.down();
    const waitMs = subject.nextDialMs();
    const exact = initialMs * (1 + 0.2 * (2 * (draws.at(-1) ?? 0) - 1));
    assert(Math.abs(waitMs - exact) <= 1, `${waitMs} for ${exact}`);
    waits.add(waitMs);
    subject.transport.up();
    // So that the next failure is the first of its kind again.
    subject.connection.disconnect();
    subject.connection.connect();
  }
  assert(Math.min(...waits) < 880 && Math.max(...waits) > 1_120);
});

Deno.test("PooledConnection starts its backoff over once it was ready", () => {
  const subject = new Subject();
  subject.connection.connect();
  for (let failure = 0; failure < 3; failure++) {
    subject.transport.down();
    subject.nextDialMs();
  }
  subject.transport.up();
  subject.clock.advance(60_000);
  subject.transport.down("reset");
  subject.transport.down("refused");
  assertStrictEquals(subject.nextDialMs(), 1_000);
});

Deno.test("PooledConnection redials a lost connection at once", () => {
  const subject = up();
  subject.clock.advance(60_000);
  const { epoch } = subject.connection;
  subject.transport.down("the connection was lost");
  assertStrictEquals(subject.connection.state, "connecting");
  assertStrictEquals(subject.dials, 2);
  assertStrictEquals(subject.clock.pending, 0);
  assertStrictEquals(subject.connection.lastError, "the connection was lost");
  subject.transport.up();
  assert(subject.connection.epoch > epoch);
  assertStrictEquals(subject.connection.lastError, undefined);
});

Deno.test("PooledConnection does not spin on a server that ends each connection at once", () => {
  const subject = up();
  const start = subject.clock.now();
  while (subject.clock.now() - start < 10_000) {
    if (subject.connection.state === "ready") subject.transport.down("reset");
    else if (subject.connection.state === "connecting") subject.transport.up();
    else subject.clock.advance(1);
  }
  assert(subject.dials < 40, `${subject.dials} dials in 10 s`);
  assert(subject.dials > 10, `${subject.dials} dials in 10 s`);
});

Deno.test("PooledConnection redials at once again when a connection has lasted a second", () => {
  const subject = up();
  for (let round = 0; round < 5; round++) {
    subject.transport.down("reset");
    if (subject.connection.state === "failing") subject.nextDialMs();
    subject.transport.up();
  }
  subject.clock.advance(1_000);
  subject.transport.down("reset");
  assertStrictEquals(subject.connection.state, "connecting");
});

Deno.test("PooledConnection.disconnect() drains a ready transport and stays idle", async () => {
  const subject = up();
  const { connection, transport } = subject;
  transport.unary("/x", new Uint8Array(), NO_SETTINGS, () => {});
  connection.disconnect();
  connection.disconnect();
  assertStrictEquals(connection.state, "idle");
  assertEquals([transport.drained, transport.aborted], [true, false]);
  assertStrictEquals(connection.sockets, 1, "it drains");
  assertStrictEquals(connection.inFlight, 0, "of the newest transport only");
  transport.call.reply(new Uint8Array());
  await microtasks();
  assertStrictEquals(connection.sockets, 0);
  assertStrictEquals(subject.dials, 1);
  assertStrictEquals(subject.clock.pending, 0);
});

const NO_SETTINGS = { timeoutMs: Infinity, headers: undefined };

Deno.test("PooledConnection.disconnect() ends a dial under way", async () => {
  const { connection, network } = new Subject();
  connection.connect();
  const dialling = network.at("a");
  connection.disconnect();
  assert(dialling.aborted);
  await microtasks();
  assertStrictEquals(connection.sockets, 0);
});

Deno.test("PooledConnection.disconnect() forgets the backoff", () => {
  const subject = new Subject();
  subject.connection.connect();
  for (let failure = 0; failure < 4; failure++) {
    subject.transport.down();
    if (failure < 3) subject.nextDialMs();
  }
  assertStrictEquals(subject.clock.pending, 1);
  subject.connection.disconnect();
  assertStrictEquals(subject.clock.pending, 0);
  subject.connection.connect();
  assertStrictEquals(subject.connection.state, "connecting");
  subject.transport.down();
  assertStrictEquals(subject.nextDialMs(), 1_000);
});

Deno.test("PooledConnection.disconnect() and connect() in one tick give a new transport while the old one drains", async () => {
  const subject = up();
  const { connection } = subject;
  const old = subject.transport;
  old.unary("/x", new Uint8Array(), NO_SETTINGS, () => {});
  connection.disconnect();
  connection.connect();
  assertStrictEquals(connection.state, "connecting");
  assert(subject.transport !== old);
  assertStrictEquals(connection.sockets, 2);
  subject.transport.up();
  assertStrictEquals(connection.epoch, 2);
  assertStrictEquals(connection.inFlight, 0);
  old.call.reply(new Uint8Array());
  await microtasks();
  assertStrictEquals(connection.sockets, 1);
  assertStrictEquals(connection.state, "ready");
});

Deno.test("PooledConnection keeps the calls of a transport that was told to go away", async () => {
  const subject = up();
  subject.clock.advance(60_000);
  const { connection, transport: old } = subject;
  old.unary("/x", new Uint8Array(), NO_SETTINGS, () => {});
  old.goAway();
  assertStrictEquals(connection.state, "connecting");
  subject.transport.up();
  assertStrictEquals(connection.sockets, 2);
  assertEquals([old.drained, old.aborted], [false, false]);
  assertStrictEquals(old.calls.size, 1);
  old.call.reply(new Uint8Array());
  await microtasks();
  assertStrictEquals(connection.sockets, 1);
});

Deno.test("PooledConnection ignores what an old transport tells late", async () => {
  const subject = up();
  const { connection } = subject;
  const old = subject.transport;
  connection.disconnect();
  connection.connect();
  subject.transport.up();
  const { states, clock } = subject;
  const seen = [...states];
  old.events.onReady();
  old.events.onDown("late");
  old.events.onGone();
  await microtasks();
  assertEquals(states, seen);
  assertStrictEquals(connection.epoch, 2);
  assertStrictEquals(connection.lastError, undefined);
  assertStrictEquals(connection.sockets, 1);
  assertStrictEquals(clock.pending, 0);
});

Deno.test("PooledConnection.remove() drains, stays closed and dials no more", async () => {
  const subject = up();
  const { connection, transport } = subject;
  transport.unary("/x", new Uint8Array(), NO_SETTINGS, () => {});
  connection.remove();
  connection.remove();
  connection.connect();
  connection.disconnect();
  assertStrictEquals(connection.state, "closed");
  assertEquals([transport.drained, transport.aborted], [true, false]);
  assertStrictEquals(connection.sockets, 1);
  transport.call.reply(new Uint8Array());
  await microtasks();
  assertStrictEquals(connection.sockets, 0);
  assertStrictEquals(subject.dials, 1);
});

Deno.test("PooledConnection.remove() cancels a wait for the next dial", () => {
  const subject = new Subject();
  subject.connection.connect();
  subject.transport.down();
  subject.connection.remove();
  assertStrictEquals(subject.clock.pending, 0);
});

Deno.test("PooledConnection.shutdown() ends everything, and resolves when nothing is open", async () => {
  const subject = up();
  const { connection } = subject;
  const old = subject.transport;
  const ended: (number | undefined)[] = [];
  const done = (_: unknown, status?: { grpcCode: number }) =>
    ended.push(status?.grpcCode);
  old.unary("/x", new Uint8Array(), NO_SETTINGS, done);
  connection.disconnect();
  connection.connect();
  subject.transport.up();
  subject.transport.unary("/y", new Uint8Array(), NO_SETTINGS, done);
  await connection.shutdown();
  assertStrictEquals(connection.state, "closed");
  assertEquals([old.aborted, subject.transport.aborted], [true, true]);
  assertEquals(ended, [1, 1]);
  assertStrictEquals(connection.sockets, 0);
  connection.connect();
  assertStrictEquals(subject.dials, 2);
});

Deno.test("PooledConnection.shutdown() resolves when there is nothing, and cancels a wait for the next dial", async () => {
  await new Subject().connection.shutdown();
  const subject = new Subject();
  subject.connection.connect();
  subject.transport.down();
  await microtasks();
  await subject.connection.shutdown();
  assertStrictEquals(subject.clock.pending, 0);
});
