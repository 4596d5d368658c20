import {
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { Acceptor } from "../../../gateway/listener/_acceptor.ts";
import { Gateway } from "../../../gateway/mod.ts";
import { InvalidOptionError, UnavailableError } from "../../../errors/mod.ts";
import { waitFor } from "../../harness/mod.ts";
import { BlackHole } from "../support/_black_hole.ts";
import { FakeClock } from "../support/_fake_clock.ts";
import { startGateway } from "./_log.ts";
import {
  connectTo,
  echo,
  readText,
  readToEnd,
  TcpPeer,
} from "../support/_tcp_peer.ts";

Deno.test("Gateway.start() tells where it listens and what for", async () => {
  await using started = await startGateway({
    endpoints: "http://127.0.0.1:1,localhost",
  });
  const { gateway, events } = started;
  const endpoints = ["127.0.0.1:1", "localhost:2379"];
  assertEquals(events, [{
    type: "ready",
    address: gateway.address,
    endpoints,
  }]);
  assertEquals(
    gateway.snapshot().endpoints.map(({ endpoint }) => endpoint),
    endpoints,
  );
});

Deno.test("Gateway.start() refuses what it cannot do", async () => {
  for (
    const [options, option] of [
      [{}, "endpoints"],
      [{ endpoints: "a:b:c" }, "endpoints"],
      [{ endpoints: "unix:///run/etcd.sock" }, "endpoints"],
      [{ endpoints: "nobody.invalid" }, "endpoints"],
      [{ listen: "127.0.0.1" }, "listen"],
      [{ listen: "127.0.0.1:65536" }, "listen"],
      [{ listen: "nobody.invalid:1" }, "listen"],
      [{ maxConnections: 0 }, "maxConnections"],
      [{ closeEjected: "false" as unknown as boolean }, "closeEjected"],
      [{ passResets: 1 as unknown as boolean }, "passResets"],
      [{
        discovery: { domain: "a", insecure: "no" as unknown as boolean },
      }, "discovery.insecure"],
      [{ retryDelayMs: 0 }, "retryDelayMs"],
      [{ dialTimeoutMs: NaN }, "dialTimeoutMs"],
      [{ selection: "random" as "weighted" }, "selection"],
    ] as const
  ) {
    const error = await assertRejects(
      () =>
        Gateway.start(
          "endpoints" in options || option === "endpoints"
            ? options
            : { endpoints: "127.0.0.1", ...options },
        ),
      InvalidOptionError,
    );
    assertEquals(error.option, option);
  }
});

Deno.test("Gateway.start() says why it cannot listen", async () => {
  await using peer = new TcpPeer(echo("x"));
  const error = await assertRejects(
    () => Gateway.start({ listen: peer.address, endpoints: "127.0.0.1:1" }),
    UnavailableError,
  );
  assertStringIncludes(error.message, `Cannot listen on ${peer.address}`);
  assertInstanceOf(error.cause, Deno.errors.AddrInUse);
});

Deno.test("Gateway closes the clients above its limit", async () => {
  await using peer = new TcpPeer(echo("a"));
  await using started = await startGateway({
    endpoints: peer.address,
    maxConnections: 2,
  });
  const { gateway, told } = started;
  const one = await connectTo(gateway.address);
  using two = await connectTo(gateway.address);
  assertEquals(await readText(one, 1) + await readText(two, 1), "aa");
  using three = await connectTo(gateway.address);
  assertEquals(await readText(three, 1), "");
  assertEquals(told("refused").map(({ reason }) => reason), ["limit"]);
  one.close();
  await waitFor("room", () => gateway.snapshot().open === 1);
  using four = await connectTo(gateway.address);
  assertEquals(await readText(four, 1), "a");
});

Deno.test("Gateway.close() ends everything at once", async () => {
  using hole = await BlackHole.open();
  await using peer = new TcpPeer(echo("a"));
  const { gateway, told } = await startGateway({
    endpoints: [peer.address, hole.address],
    selection: "roundRobin",
  });
  using client = await connectTo(gateway.address);
  assertEquals(await readText(client, 1), "a");
  using dialing = await connectTo(gateway.address);
  await waitFor("both", () => gateway.snapshot().open === 2);
  await gateway.close();
  await gateway.close();
  await gateway.finished;
  assertEquals((await readToEnd(client)).bytes.length, 0);
  assertEquals((await readToEnd(dialing)).bytes.length, 0);
  assertEquals(told("refused").map(({ reason }) => reason), ["closing"]);
  const { state, open } = gateway.snapshot();
  assertEquals([state, open], ["closed", 0]);
  await assertRejects(() => connectTo(gateway.address));
});

Deno.test("Gateway closes when its signal is aborted", async () => {
  await using peer = new TcpPeer(echo("a"));
  const stop = new AbortController();
  const { gateway } = await startGateway({
    endpoints: peer.address,
    signal: stop.signal,
  });
  using client = await connectTo(gateway.address);
  assertEquals(await readText(client, 1), "a");
  stop.abort();
  await gateway.finished;
  assertEquals(gateway.snapshot().state, "closed");
  await assertRejects(() =>
    Gateway.start({ endpoints: peer.address, signal: stop.signal })
  );
});

Deno.test("Gateway.drain() waits for the last client", async () => {
  await using peer = new TcpPeer(echo("a"));
  const { gateway, told } = await startGateway({ endpoints: peer.address });
  const client = await connectTo(gateway.address);
  assertEquals(await readText(client, 1), "a");
  const drained = gateway.drain({ timeoutMs: 60_000 });
  await assertRejects(() => connectTo(gateway.address));
  assertEquals(gateway.snapshot().state, "draining");
  await client.write(new TextEncoder().encode("more"));
  assertEquals(await readText(client, 4), "more");
  client.close();
  await drained;
  assertEquals(gateway.snapshot().state, "closed");
  assertEquals(told("draining").map(({ open }) => open), [1]);
});

Deno.test("Gateway.drain() closes those that stay, after its time or a second call", async () => {
  await using peer = new TcpPeer(echo("a"));
  for (const timeoutMs of [100, 60_000]) {
    const { gateway } = await startGateway({ endpoints: peer.address });
    using client = await connectTo(gateway.address);
    assertEquals(await readText(client, 1), "a");
    const drained = gateway.drain({ timeoutMs });
    if (timeoutMs > 100) await gateway.drain({ timeoutMs });
    await drained;
    assertEquals((await readToEnd(client)).bytes.length, 0);
  }
});

Deno.test("Gateway.drain() refuses a time no timer can hold", async () => {
  await using started = await startGateway({ endpoints: "127.0.0.1" });
  for (const timeoutMs of [NaN, -1, 2 ** 31]) {
    await assertRejects(
      () => started.gateway.drain({ timeoutMs }),
      InvalidOptionError,
    );
  }
  assertEquals(started.gateway.snapshot().state, "serving");
});

Deno.test("Acceptor waits when descriptors run out, and fails with its listener", async () => {
  class OsError extends Error {
    readonly code: string;

    constructor(code: string) {
      super(code);
      this.code = code;
    }
  }
  const answers: (Error | "client")[] = [
    new OsError("EMFILE"),
    new OsError("ECONNABORTED"),
    // A client that was reset before it was accepted: nothing to wait for.
    new OsError("ENOTCONN"),
    // What was wrong with one client only, by accept(2).
    new OsError("EHOSTUNREACH"),
    // And what nobody has thought of.
    new OsError("EXFULL"),
    new OsError("EMFILE"),
    "client",
    new OsError("EMFILE"),
    new OsError("EBADF"),
  ];
  let closed = 0;
  const listener = {
    accept(): Promise<Deno.TcpConn> {
      const answer = answers.shift();
      return answer === "client"
        ? Promise.resolve({} as Deno.TcpConn)
        : Promise.reject(answer);
    },
    close: () => closed++,
  } as unknown as Deno.TcpListener;
  const clock = new FakeClock();
  const waits: number[] = [];
  let clients = 0;
  const acceptor = new Acceptor({
    listener,
    clock,
    onConnection: () => clients++,
    onPause: (_, retryMs) => waits.push(retryMs),
  });
  const failed = assertRejects(() => acceptor.finished, OsError, "EBADF");
  for (let turn = 0; turn < 10; turn++) {
    await waitFor("a pause or the end", () => clock.pending > 0 || closed > 0);
    clock.advance(1_000);
  }
  await failed;
  // The wait starts anew after a client that was accepted.
  assertEquals([waits, clients, closed], [[50, 100, 200, 400, 50], 1, 1]);
});
