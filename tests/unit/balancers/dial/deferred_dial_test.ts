// A dial whose TLS settings come later: what takes the place of what, and when.
import { assert, assertEquals, assertThrows } from "@std/assert";
import { deferredDial } from "../../../../balancers/dial/_deferred.ts";
import type {
  Dial,
  Transport,
} from "../../../../balancers/transport/_contract.ts";
import { FakeClock } from "../../support/_fake_clock.ts";
import {
  endpoint,
  FakeNetwork,
  microtasks,
  NO_SETTINGS,
} from "../transport/_fake_transport.ts";

/** A deferred dial to `a` over a fake network, begun. */
class Subject {
  readonly clock = new FakeClock();
  readonly network = new FakeNetwork();
  readonly settings = Promise.withResolvers<Dial>();
  readonly log: string[] = [];
  readonly first: Transport;
  replaced: Transport | undefined;

  constructor() {
    const dial = deferredDial(() => this.settings.promise, this.clock);
    this.first = dial(endpoint("a"), {
      timeoutMs: 1_000,
      events: {
        onReady: () => this.log.push("ready"),
        onDown: ({ reason }) => this.log.push(reason),
        onGone: () => this.log.push("gone"),
      },
      replace: (transport) => this.replaced = transport,
    });
  }
}

Deno.test("deferredDial() puts the transport in place once there are settings, with the time that is left", async () => {
  const subject = new Subject();
  const { first, clock, network, settings } = subject;
  assertEquals([first.ready, first.maxStreams, first.sockets], [false, 0, 0]);
  assertThrows(
    () => first.unary("/x", new Uint8Array(), NO_SETTINGS),
    Error,
    "Cannot make a call: the transport is not ready",
  );
  clock.advance(400);
  settings.resolve(network.dial);
  await microtasks();
  assertEquals(network.at("a").timeoutMs, 600);
  assert(subject.replaced === network.at("a"));
  assertEquals(clock.pending, 0, "the dial has a timer of its own");
  network.at("a").up();
  assertEquals(subject.log, ["ready"]);
});

Deno.test("deferredDial() fails without settings in time, and dials nothing afterwards", async () => {
  const { clock, network, settings, log } = new Subject();
  clock.advance(1_000);
  const ends = ["'tls' returned no settings within 1000 ms", "gone"];
  assertEquals(log, ends);
  settings.resolve(network.dial);
  await microtasks();
  assertEquals([network.dialled.length, log], [0, ends]);
});

Deno.test("deferredDial() fails when the settings cannot be had, or the dial throws", async () => {
  for (const how of ["rejected", "thrown"]) {
    const { clock, settings, log } = new Subject();
    const error = new TypeError("no such file");
    if (how === "rejected") settings.reject(error);
    else {
      settings.resolve(() => {
        throw error;
      });
    }
    await microtasks();
    assertEquals(log, ["no settings for TLS: no such file", "gone"], how);
    assertEquals(clock.pending, 0, how);
  }
});

for (const how of ["drain", "abort"] as const) {
  Deno.test(`deferredDial() dials nothing after ${how}(), and is gone a moment later`, async () => {
    const { first, clock, network, settings, log } = new Subject();
    first[how]();
    first[how]();
    assertEquals([log.length, clock.pending], [0, 0]);
    settings.resolve(network.dial);
    await microtasks();
    assertEquals([network.dialled.length, log], [0, ["gone"]]);
  });
}
