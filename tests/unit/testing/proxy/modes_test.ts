// What each fault does to connections that are open, and to new ones.
import { Buffer } from "node:buffer";
import {
  assert,
  assertEquals,
  assertGreaterOrEqual,
  assertLess,
} from "@std/assert";
import { startFaultProxy, waitFor } from "../../../harness/mod.ts";
import { Client, EchoServer, settle } from "./_ends.ts";

Deno.test("reset resets what is open and accepts what is new", async () => {
  await using echo = await EchoServer.start();
  await using proxy = await startFaultProxy(echo.port);
  await using old = await Client.open(proxy.endpoint);
  await old.echo("before");
  await proxy.set({ kind: "reset" });
  assertEquals((await proxy.stats()).open, 0);
  await old.closed;
  assertEquals(old.error, "ECONNRESET");
  await using fresh = await Client.open(proxy.endpoint);
  await fresh.echo("after");
});

Deno.test("refuse resets what is open, refuses what is new, accepts after", async () => {
  await using echo = await EchoServer.start();
  await using proxy = await startFaultProxy(echo.port);
  await using old = await Client.open(proxy.endpoint);
  await old.echo("before");
  await proxy.set({ kind: "refuse" });
  await old.closed;
  assertEquals(old.error, "ECONNRESET");
  await using refused = new Client(proxy.endpoint);
  await refused.closed;
  assertEquals(refused.error, "ECONNREFUSED");
  await proxy.set({ kind: "refuse" });
  await proxy.set({ kind: "pass" });
  await using fresh = await Client.open(proxy.endpoint);
  await fresh.echo("after");
});

Deno.test("blackhole swallows both ways and resets on heal what lost bytes", async () => {
  await using echo = await EchoServer.start();
  await using proxy = await startFaultProxy(echo.port);
  await using sender = await Client.open(proxy.endpoint);
  await sender.echo("a");
  await using listener = await Client.open(proxy.endpoint);
  await listener.echo("b");
  await using idle = await Client.open(proxy.endpoint);
  await idle.echo("c");
  await proxy.set("blackhole");
  await using late = await Client.open(proxy.endpoint);
  await using lateIdle = await Client.open(proxy.endpoint);
  sender.socket.write("lost");
  echo.sockets[1]?.write("lost too");
  late.socket.write("also lost");
  await settle(proxy, { bytesFromClients: 16, bytesFromServer: 11 });
  assertEquals(echo.received, 3, "no byte of the client arrives");
  assertEquals([sender.text, listener.text, late.text], ["a", "b", ""]);
  assertEquals((await proxy.stats()).open, 5);
  await proxy.set({ kind: "pass" });
  await Promise.all([sender.closed, listener.closed, late.closed]);
  assertEquals(
    [sender.error, listener.error, late.error],
    ["ECONNRESET", "ECONNRESET", "ECONNRESET"],
  );
  await idle.echo("d");
  await lateIdle.echo("e");
});

Deno.test("mute lets requests arrive and swallows the answers, and resets on heal what lost them", async () => {
  await using echo = await EchoServer.start();
  await using proxy = await startFaultProxy(echo.port);
  await using old = await Client.open(proxy.endpoint);
  await old.echo("a");
  await proxy.set({ kind: "mute" });
  await using fresh = await Client.open(proxy.endpoint);
  old.socket.write("b");
  fresh.socket.write("c");
  await waitFor("both to arrive", () => echo.received === 3);
  await settle(proxy, { bytesFromServer: 3 });
  assertEquals([old.text, fresh.text], ["a", ""]);
  await proxy.set({ kind: "pass" });
  await Promise.all([old.closed, fresh.closed]);
  assertEquals([old.error, fresh.error], ["ECONNRESET", "ECONNRESET"]);
});

Deno.test("blackhole hides the end of a server, and tells it on heal", async () => {
  await using echo = await EchoServer.start();
  await using proxy = await startFaultProxy(echo.port);
  await using client = await Client.open(proxy.endpoint);
  await client.echo("a");
  await proxy.set("blackhole");
  echo.sockets[0]?.resetAndDestroy();
  await settle(proxy, {});
  assertEquals([client.ended, client.error], [false, undefined]);
  await proxy.set({ kind: "pass" });
  await client.closed;
  assertEquals(client.error, "ECONNRESET");
});

Deno.test("pause holds bytes both ways and delivers them on heal", async () => {
  await using echo = await EchoServer.start();
  await using proxy = await startFaultProxy(echo.port);
  await using client = await Client.open(proxy.endpoint);
  await client.echo("a");
  await proxy.set({ kind: "pause" });
  await using late = await Client.open(proxy.endpoint);
  client.socket.write("held");
  late.socket.write("late");
  await settle(proxy, { bytesFromClients: 9 });
  assertEquals([echo.received, client.text, late.text], [1, "a", ""]);
  await proxy.set({ kind: "pass" });
  await waitFor("what was held", () => client.text === "aheld");
  await waitFor("what was held", () => late.text === "late");
});

Deno.test("pause holds more than a buffer without losing order", async () => {
  await using echo = await EchoServer.start();
  await using proxy = await startFaultProxy(echo.port);
  await using client = await Client.open(proxy.endpoint);
  await proxy.set({ kind: "pause" });
  const sent = Buffer.from(crypto.getRandomValues(new Uint8Array(65_536)));
  for (let i = 0; i < 100; i++) client.socket.write(sent);
  client.socket.end();
  await settle(proxy, { bytesFromClients: sent.length });
  assertEquals(echo.received, 0);
  await proxy.set({ kind: "pass" });
  await client.closed;
  const got = Buffer.concat(client.chunks);
  assertEquals(got.length, 100 * sent.length);
  for (let i = 0; i < 100; i++) {
    assert(
      got.subarray(i * sent.length, (i + 1) * sent.length).equals(sent),
    );
  }
});

Deno.test("hang accepts, never answers, and resets on heal", async () => {
  await using echo = await EchoServer.start();
  await using proxy = await startFaultProxy(echo.port);
  await using old = await Client.open(proxy.endpoint);
  await old.echo("a");
  await proxy.set({ kind: "hang" });
  await using late = await Client.open(proxy.endpoint);
  old.socket.write("unanswered");
  late.socket.write("unanswered");
  await settle(proxy, { accepted: 2 });
  assertEquals([old.text, late.text, echo.received], ["a", "", 1]);
  assertEquals((await proxy.stats()).open, 2);
  await proxy.set({ kind: "pass" });
  await Promise.all([old.closed, late.closed]);
  assertEquals([old.error, late.error], ["ECONNRESET", "ECONNRESET"]);
});

Deno.test("hang stops taking bytes, as a process that does not read", async () => {
  await using echo = await EchoServer.start();
  await using proxy = await startFaultProxy(echo.port);
  await proxy.set({ kind: "hang" });
  await using client = await Client.open(proxy.endpoint);
  const total = 64 << 20;
  client.socket.write(Buffer.alloc(total));
  let read = -1;
  await waitFor("the proxy to stop reading", async () => {
    const last = read;
    read = (await proxy.stats()).bytesFromClients;
    return read === last && read > 0;
  });
  assert(read < total / 2, `${read} bytes were read`);
  assert(client.socket.writableLength > 0, "the client's writes stall");
});

Deno.test("delay brings every byte later, both ways, in order", async () => {
  await using echo = await EchoServer.start();
  await using proxy = await startFaultProxy(echo.port);
  await using client = await Client.open(proxy.endpoint);
  await client.echo("a");
  await proxy.set({ kind: "delay", delayMs: 60 });
  const started = performance.now();
  client.socket.write("b");
  await proxy.stats();
  client.socket.write("c");
  await waitFor("the echo", () => client.text === "abc", { intervalMs: 1 });
  assertGreaterOrEqual(performance.now() - started, 120);
  await proxy.set({ kind: "delay", delayMs: 60_000 });
  client.socket.write("d");
  await settle(proxy, { bytesFromClients: 4 });
  assertEquals(client.text, "abc");
  await proxy.set({ kind: "pass" });
  // Healing delivers at once.
  await waitFor("the echo", () => client.text === "abcd");
});

Deno.test("throttle keeps to its rate and to the order", async () => {
  await using echo = await EchoServer.start();
  await using proxy = await startFaultProxy(echo.port);
  await using client = await Client.open(proxy.endpoint);
  await proxy.set({ kind: "throttle", bytesPerSecond: 10_000 });
  const sent = Buffer.from(crypto.getRandomValues(new Uint8Array(10_000)));
  const started = performance.now();
  client.socket.write(sent);
  await waitFor("the first bytes", () => client.size > 0, { intervalMs: 1 });
  assertLess(client.size, sent.length, "bytes trickle");
  await waitFor("the echo", () => client.size === sent.length);
  // 10 000 bytes at 10 000 a second, less the first step of 2 % of a second.
  assertGreaterOrEqual(performance.now() - started, 960);
  assert(Buffer.concat(client.chunks).equals(sent));
});
