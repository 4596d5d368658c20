// When a connection is dialled, and dialled again.
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { CONNECTION_BACKOFF } from "../../../../errors/backoff.ts";
import { seededRandom } from "../../support/_fake_clock.ts";
import { Subject, up } from "./_pooled_connection_subject.ts";

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
