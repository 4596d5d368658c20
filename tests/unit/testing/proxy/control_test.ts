// What a test asks of a fault proxy besides its faults.
import { assertEquals, assertRejects } from "@std/assert";
import { InvalidOptionError } from "../../../../errors/mod.ts";
import { startFaultProxy, waitFor } from "../../../harness/mod.ts";
import { Client, connections, EchoServer } from "./_ends.ts";

Deno.test("cutAll() resets once, counts, and leaves the mode alone", async () => {
  await using echo = await EchoServer.start();
  await using proxy = await startFaultProxy(echo.port);
  await using one = await Client.open(proxy.endpoint);
  await using two = await Client.open(proxy.endpoint);
  await one.echo("1");
  await two.echo("2");
  assertEquals(await proxy.cutAll(), 2);
  await Promise.all([one.closed, two.closed]);
  assertEquals([one.error, two.error], ["ECONNRESET", "ECONNRESET"]);
  await using three = await Client.open(proxy.endpoint);
  await three.echo("3");
  assertEquals(await connections(proxy), { open: 1, accepted: 3, openMax: 2 });
});

Deno.test("stats() counts open, accepted and most, resetStats() starts anew", async () => {
  await using echo = await EchoServer.start();
  await using proxy = await startFaultProxy(echo.port);
  assertEquals(await connections(proxy), { open: 0, accepted: 0, openMax: 0 });
  {
    await using one = await Client.open(proxy.endpoint);
    await using two = await Client.open(proxy.endpoint);
    await one.echo("1");
    await two.echo("2");
    assertEquals(await connections(proxy), {
      open: 2,
      accepted: 2,
      openMax: 2,
    });
    one.socket.destroy();
    await waitFor("one to go", async () => (await proxy.stats()).open === 1);
    await proxy.resetStats();
    assertEquals(await connections(proxy), {
      open: 1,
      accepted: 0,
      openMax: 1,
    });
  }
  await waitFor("all to go", async () => (await proxy.stats()).open === 0);
});

Deno.test("set() refuses a figure that is not a positive number", async () => {
  await using echo = await EchoServer.start();
  await using proxy = await startFaultProxy(echo.port);
  for (const delayMs of [-1, 0, NaN, Infinity]) {
    await assertRejects(
      () => proxy.set({ kind: "delay", delayMs }),
      InvalidOptionError,
      `'delayMs' must be a positive number: current value is ${delayMs}`,
    );
  }
  await assertRejects(
    () => proxy.set({ kind: "throttle", bytesPerSecond: -5 }),
    InvalidOptionError,
    "'bytesPerSecond'",
  );
  for (const kind of ["delay", "throttle"] as const) {
    await assertRejects(
      // @ts-expect-error: the figure is missing
      () => proxy.set({ kind }),
      InvalidOptionError,
      "must be a positive number: current value is undefined",
    );
  }
});

Deno.test("set() refuses what is no mode, naming the modes", async () => {
  await using echo = await EchoServer.start();
  await using proxy = await startFaultProxy(echo.port);
  // `delay` has a figure, so its name is not all of it.
  for (const mode of ["black hole", "delay", ""]) {
    await assertRejects(
      () => proxy.set(mode as "blackhole"),
      InvalidOptionError,
      "'mode' must be one of pass, reset, refuse, blackhole, mute, pause, hang:",
    );
  }
  const odd: readonly unknown[] = [null, undefined, 7, {}, { kind: "cut" }, {
    kind: "pass",
    delayMs: 5,
  }];
  for (const mode of odd) {
    await assertRejects(
      () => proxy.set(mode as "pass"),
      InvalidOptionError,
      "Cannot call set():",
    );
  }
  assertEquals((await proxy.stats()).open, 0);
});

Deno.test("a closed proxy answers with an error and closes again", async () => {
  await using echo = await EchoServer.start();
  const proxy = await startFaultProxy(echo.port);
  await using client = await Client.open(proxy.endpoint);
  await client.echo("x");
  await proxy.close();
  await client.closed;
  assertEquals(client.error, "ECONNRESET");
  await proxy.close();
  await assertRejects(
    () => proxy.stats(),
    Error,
    "Cannot ask for anything: the cluster or proxy is closed",
  );
});
