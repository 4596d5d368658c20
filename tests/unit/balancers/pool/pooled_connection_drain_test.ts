// Transports that are left: they drain, or are ended.
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import type { UnaryAnswer } from "../../../../balancers/transport/_contract.ts";
import {
  codeOf,
  microtasks,
  NO_SETTINGS,
} from "../transport/_fake_transport.ts";
import { Subject, up } from "./_pooled_connection_subject.ts";

Deno.test("PooledConnection.disconnect() drains a ready transport and stays idle", async () => {
  const subject = up();
  const { connection, transport } = subject;
  transport.unary("/x", new Uint8Array(), NO_SETTINGS);
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
  old.unary("/x", new Uint8Array(), NO_SETTINGS);
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
  old.unary("/x", new Uint8Array(), NO_SETTINGS);
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
  old.events.onDown({ kind: "other", reason: "late" });
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
  transport.unary("/x", new Uint8Array(), NO_SETTINGS);
  connection.remove();
  connection.remove();
  connection.connect();
  connection.disconnect();
  assertStrictEquals(connection.state, "closed");
  assertEquals([transport.drained, transport.aborted], [true, false]);
  assertStrictEquals(connection.sockets, 1);
  assert(!connection.gone);
  transport.call.reply(new Uint8Array());
  await microtasks();
  assertStrictEquals(connection.sockets, 0);
  assert(connection.gone);
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
  const settings = {
    ...NO_SETTINGS,
    onEnd: (answer: UnaryAnswer) => ended.push(codeOf(answer)),
  };
  old.unary("/x", new Uint8Array(), settings);
  connection.disconnect();
  connection.connect();
  subject.transport.up();
  subject.transport.unary("/y", new Uint8Array(), settings);
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

Deno.test("PooledConnection.onceRemoved() tells also who asks when it has been removed", async () => {
  const { connection } = up();
  const told: string[] = [];
  const callOff = connection.onceRemoved(() => told.push("called off"));
  callOff();
  connection.onceRemoved(() => told.push("before"));
  connection.remove();
  connection.onceRemoved(() => told.push("after"));
  assertEquals(told, [], "the pool is amid a change");
  await microtasks();
  assertEquals(told, ["before", "after"]);
});
