// Endpoints given by name, when nobody answers for the name.
import { assert, assertEquals, assertRejects } from "@std/assert";
import dns from "node:dns/promises";
import { Names } from "../../../../gateway/names/_names.ts";
import { waitFor } from "../../../harness/mod.ts";
import { FakeClock } from "../../support/_fake_clock.ts";
import { startGateway } from "../_log.ts";
import { connectTo, echo, readText, TcpPeer } from "../../support/_tcp_peer.ts";

const NEVER = new AbortController().signal;

/** A look-up that answers when it is told to. */
class FakeLookUp {
  asked = 0;
  answers = Promise.withResolvers<readonly string[]>();
  readonly clock = new FakeClock();
  readonly names = new Names({
    clock: this.clock,
    lookUp: () => {
      this.asked++;
      return this.answers.promise;
    },
  });

  renew(): void {
    this.answers = Promise.withResolvers();
  }
}

Deno.test("Names asks once for all who wait", async () => {
  const fake = new FakeLookUp();
  assert(!fake.names.knows("a.test"));
  assert(fake.names.knows("10.0.0.1") && fake.names.knows("::1"));
  const all = Promise.all(
    Array.from({ length: 300 }, () => fake.names.addresses("a.test", NEVER)),
  );
  assertEquals(fake.asked, 1);
  fake.answers.resolve(["10.0.0.1"]);
  assertEquals((await all).flat().length, 300);
  assertEquals(await fake.names.addresses("a.test", NEVER), ["10.0.0.1"]);
  fake.clock.advance(4_999);
  assertEquals(await fake.names.addresses("a.test", NEVER), ["10.0.0.1"]);
  assertEquals(fake.asked, 1);
  fake.renew();
  fake.answers.resolve(["10.0.0.2"]);
  fake.clock.advance(1);
  assertEquals(await fake.names.addresses("a.test", NEVER), ["10.0.0.2"]);
  assertEquals([fake.asked, fake.clock.pending], [2, 0]);
});

Deno.test("Names uses what it knows while nobody answers, for a while", async () => {
  const fake = new FakeLookUp();
  fake.answers.resolve(["10.0.0.1"]);
  await fake.names.addresses("a.test", NEVER);
  fake.renew();
  fake.names.doubt("a.test");
  const held = fake.names.addresses("a.test", NEVER);
  fake.clock.advance(200);
  assertEquals(await held, ["10.0.0.1"]);
  fake.answers.reject(new Error("no answer"));
  assertEquals(await fake.names.addresses("a.test", NEVER), ["10.0.0.1"]);
  fake.clock.advance(299_800);
  assert(!fake.names.knows("a.test"));
  await assertRejects(
    () => fake.names.addresses("a.test", NEVER),
    Error,
    "no answer",
  );
});

Deno.test("Names ends the waiting of one with its signal, and the others wait on", async () => {
  const fake = new FakeLookUp();
  const stop = new AbortController();
  const ended = assertRejects(
    () => fake.names.addresses("a.test", stop.signal),
    Error,
    "enough",
  );
  const other = fake.names.addresses("a.test", NEVER);
  stop.abort(new Error("enough"));
  await ended;
  fake.answers.resolve(["10.0.0.1"]);
  assertEquals(await other, ["10.0.0.1"]);
  assertEquals(fake.asked, 1);
});

Deno.test("Gateway serves by another endpoint while the name of one is not known", async () => {
  await using peer = new TcpPeer(echo("a"));
  const { lookup } = dns;
  const silent = Promise.withResolvers<never>();
  let asked = 0;
  Object.assign(dns, {
    lookup: (host: string, options: { all: true }) => {
      if (host !== "silent.test") return lookup(host, options);
      asked++;
      return silent.promise;
    },
  });
  try {
    const list = [`silent.test:1`, peer.address];
    await using started = await startGateway({
      endpoints: peer.address,
      members: () => Promise.resolve(list),
      // Nobody gets that far.
      dialTimeoutMs: 60_000,
    });
    const { gateway, told } = started;
    await waitFor("the list", () => told("endpoints").length > 0);
    const answers = await Promise.all(
      Array.from({ length: 100 }, async () => {
        using client = await connectTo(gateway.address);
        return await readText(client, 1);
      }),
    );
    assertEquals(answers, Array.from({ length: 100 }, () => "a"));
    assertEquals(asked, 1);
    silent.reject(new Error("no such name"));
    // It is left out as one that cannot be reached.
    await waitFor("its end", () => told("deactivated").length > 0);
    assertEquals(gateway.snapshot().endpoints[0]?.lastError, "no such name");
  } finally {
    Object.assign(dns, { lookup });
  }
});

Deno.test("Names asks for eight names at once, and for the others after them", async () => {
  const answers = new Map<string, (addresses: readonly string[]) => void>();
  const names = new Names({
    clock: new FakeClock(),
    lookUp: (host) =>
      new Promise((resolve) => {
        answers.set(host, resolve);
      }),
  });
  const hosts = Array.from({ length: 20 }, (_, n) => `host${n}.test`);
  const all = hosts.map((host) => names.addresses(host, NEVER));
  for (const [n, host] of hosts.entries()) {
    await waitFor("the question", () => answers.has(host));
    assertEquals(answers.size, Math.min(20, n + 8));
    answers.get(host)?.([`10.0.0.${n}`]);
    await all[n];
  }
  assertEquals((await Promise.all(all)).flat().length, 20);
});
