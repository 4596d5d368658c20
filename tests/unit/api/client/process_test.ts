// What a program that uses the client needs, and when it ends: in a process
// of its own.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { BALANCER_NAMES } from "../../../../balancers/mod.ts";
import { TRANSPORT_NAMES } from "../../../../balancers/transport/mod.ts";
import { methods } from "../../../../proto/methods.ts";
import { FakeServer, SilentServer } from "../../../harness/mod.ts";
import { BlackHole } from "../../support/_black_hole.ts";
import { run } from "../../support/_program.ts";

const RANGE = methods.kv.range.path;

/** When a program says that it is done, and how long it lives after that. */
async function lingerMs(program: string): Promise<number> {
  const { code, output, errors } = await run(`
    const { promise, resolve } = Promise.withResolvers();
    addEventListener("unload", () =>
      console.log("ended", performance.now() - globalThis.doneAt));
    ${program}
    globalThis.doneAt = performance.now();
  `);
  assertEquals([code, errors], [0, ""]);
  const linger = /ended ([\d.]+)/.exec(output)?.[1];
  assert(linger !== undefined, output);
  return Number(linger);
}

Deno.test("a program lives on when its listeners throw or reject", async () => {
  await using server = await FakeServer.start();
  server.handle(RANGE, () => new Uint8Array());
  for (const kind of ["", "async "]) {
    const { code, output, errors } = await run(`
      const told = new Set();
      const listener = (name) => ${kind}() => {
        told.add(name);
        throw 5n;
      };
      await using client = new Client({
        endpoints: "${server.endpoint}",
        onEvent: listener("onEvent"),
      });
      const watch = client.watch("k", {
        onStateChange: listener("onStateChange"),
      });
      console.log("got", await client.get("k"));
      await watch.close();
      // Rejections are told of when all that is due has run.
      do await new Promise((resolve) => setTimeout(resolve));
      while (told.size < 2);
      console.log("alive");
    `);
    assertEquals([code, output], [0, "got undefined\nalive\n"]);
    assertStringIncludes(errors, "EtcdWarning: 'onEvent' has thrown");
    assertStringIncludes(errors, "EtcdWarning: 'onStateChange' has thrown");
    assertStringIncludes(errors, "5n");
  }
});

Deno.test("a program ends at once when its client is closed", async () => {
  await using server = await FakeServer.start();
  server.handle(RANGE, () => new Uint8Array());
  for (const balancer of BALANCER_NAMES) {
    const ms = await lingerMs(`
      const client = new Client({
        endpoints: ["${server.endpoint}", "http://127.0.0.1:1"],
        balancer: "${balancer}",
      });
      await client.get("k");
      await client.close();
    `);
    assert(ms < 300, `${balancer}: ${ms} ms`);
  }
});

Deno.test("a program ends although its idle client is not closed", async () => {
  await using server = await FakeServer.start();
  server.handle(RANGE, () => new Uint8Array());
  await using silent = await SilentServer.start();
  for (const transport of TRANSPORT_NAMES) {
    for (const balancer of BALANCER_NAMES) {
      // One endpoint that serves, one that waits for its backoff, and one that
      // is being dialled.
      const ms = await lingerMs(`
        const client = new Client({
          endpoints: [
            "${server.endpoint}", "http://127.0.0.1:1", "${silent.endpoint}",
          ],
          balancer: "${balancer}",
          transport: "${transport}",
        });
        await client.get("k");
      `);
      assert(ms < 300, `${balancer} over ${transport}: ${ms} ms`);
    }
  }
});

Deno.test("a program ends although its client is dialling", async () => {
  await using silent = await SilentServer.start();
  using hole = await BlackHole.open();
  const { host } = new URL(silent.endpoint);
  const silence = [`http://${host}`, `https://${host}`];
  for (const transport of TRANSPORT_NAMES) {
    // Of grpc-js, a connection that waits for its SYN's answer lives on.
    const endpoints = transport === "grpc-js"
      ? silence
      : [...silence, `http://${hole.address}`];
    for (const endpoint of endpoints) {
      const ms = await lingerMs(`
        const client = new Client({
          endpoints: "${endpoint}",
          transport: "${transport}",
        });
        await client.get("k", { timeoutMs: 200 }).catch(() => {});
      `);
      assert(ms < 300, `${endpoint} over ${transport}: ${ms} ms`);
    }
  }
});

Deno.test("a program ends at once when its client is closed, though a port answers no SYN", async () => {
  using hole = await BlackHole.open();
  const ms = await lingerMs(`
    const client = new Client({
      endpoints: "http://${hole.address}",
      dialTimeoutMs: 100,
    });
    await client.get("k", { timeoutMs: 1_500 }).catch(() => {});
    await client.close();
  `);
  assert(ms < 300, `${ms} ms`);
});

Deno.test("a program does not end while a call waits for a connection", async () => {
  const { code, output } = await run(`
    const client = new Client({ endpoints: "http://127.0.0.1:1" });
    const error = await client.get("k", { timeoutMs: 700 }).catch((e) => e);
    console.log(error instanceof EtcdError, error.code);
  `);
  assertEquals([code, output], [0, "true unavailable\n"]);
});

Deno.test("Client ends a call to a name that cannot be resolved at its deadline, naming it", async () => {
  // Longer than a name's part may be: nobody is asked for it.
  const name = `${"x".repeat(64)}.invalid`;
  const { code, output, errors } = await run(`
    await using client = new Client({ endpoints: "http://${name}:2379" });
    client.connect().catch(() => {});
    while (client.balancer.endpoints[0].lastError === undefined) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const startedAt = performance.now();
    const error = await client.get("k", { timeoutMs: 400 }).catch((e) => e);
    console.log(JSON.stringify({
      tookMs: performance.now() - startedAt,
      code: error.code,
      message: error.message,
    }));
  `);
  assertEquals([code, errors], [0, ""]);
  const { tookMs, code: errorCode, message } = JSON.parse(output);
  assertEquals(errorCode, "unavailable");
  assert(tookMs >= 395 && tookMs < 3_000, `${tookMs} ms`);
  assertStringIncludes(message, `http://${name}:2379: `);
  assert(/x\.invalid.*(resol|ENOTFOUND|lookup)/i.test(message), message);
});

Deno.test("Client survives a GOAWAY, idle or busy (denoland/deno#36788)", async () => {
  for (const balancer of BALANCER_NAMES) {
    // NO_ERROR is a member that stops, ENHANCE_YOUR_CALM one that was pinged
    // too often.
    for (const http2Code of [0, 11]) {
      await using server = await FakeServer.start();
      const release = Promise.withResolvers<Uint8Array>();
      server.handle(RANGE, () => new Uint8Array());
      server.handle(methods.kv.put.path, () => {
        server.goAway(http2Code);
        return release.promise;
      });
      server.handle(methods.kv.deleteRange.path, () => {
        setTimeout(() => server.goAway(http2Code), 20);
        release.resolve(new Uint8Array());
        return new Uint8Array();
      });
      const ended = await run(`
        const client = new Client({
          endpoints: "${server.endpoint}",
          balancer: "${balancer}",
        });
        await client.get("k");
        const { dials } = client.balancer;
        const until = async (condition) => {
          while (!condition()) await new Promise((r) => setTimeout(r, 5));
        };
        const put = client.put("k", "v").catch((error) => error.code);
        await until(() => client.balancer.dials > dials);
        await client.delete("k");
        await put;
        await until(() => client.balancer.dials > dials + 1);
        await client.get("k");
        await client.close();
        console.log("alive");
      `);
      assertEquals([ended.code, ended.output, ended.errors], [
        0,
        "alive\n",
        "",
      ]);
    }
  }
});
