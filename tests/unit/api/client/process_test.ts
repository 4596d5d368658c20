// What a program that uses the client needs, and when it ends: in a process
// of its own.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { methods } from "../../../../proto/methods.ts";
import { FakeServer, SilentServer } from "../../../harness/mod.ts";
import { BlackHole } from "../../support/_black_hole.ts";
import { ROOT, run } from "../../support/_program.ts";

const RANGE = methods.kv.range.path;

/** What grpc-js reads of the environment: platform.md and docs/permissions.md say so. */
const ENVIRONMENT = [
  "GRPC_NODE_VERBOSITY",
  "GRPC_VERBOSITY",
  "GRPC_NODE_TRACE",
  "GRPC_TRACE",
  "GRPC_SSL_CIPHER_SUITES",
  "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH",
  "GRPC_NODE_USE_ALTERNATIVE_RESOLVER",
  "GRPC_NODE_DEBUG_SEND_ERROR_DETAILS",
  "GRPC_EXPERIMENTAL_ENABLE_OUTLIER_DETECTION",
  "grpc_proxy",
  "https_proxy",
  "http_proxy",
];

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

Deno.test("Client works with --allow-net and 12 environment names, and with no more", async () => {
  await using server = await FakeServer.start();
  server.handle(RANGE, () => new Uint8Array());
  const program = `
    await using client = new Client({ endpoints: "${server.endpoint}" });
    console.log("got", await client.get("k"));
  `;
  assertEquals(ENVIRONMENT.length, 12);
  const host = new URL(server.endpoint).host;
  const exact = [`--allow-net=${host}`, `--allow-env=${ENVIRONMENT}`];
  const { code, output, errors } = await run(program, { permissions: exact });
  assertEquals([code, output, errors], [0, "got undefined\n", ""]);
  const ignored = await run(program, {
    permissions: [`--allow-net=${host}`, "--ignore-env"],
  });
  assertEquals([ignored.code, ignored.output], [0, "got undefined\n"]);
});

Deno.test("Client without the permission to connect fails at once, and names the flag", async () => {
  await using server = await FakeServer.start();
  server.handle(RANGE, () => new Uint8Array());
  const { host, port } = new URL(server.endpoint);
  const failures = async (
    endpoints: readonly string[],
    ...permissions: readonly string[]
  ) => {
    const { code, output, errors } = await run(
      `
      for (const balancer of ["grpc1.0", "grpc1.7", "grpc1.23"]) {
        await using client = new Client({
          endpoints: ${JSON.stringify(endpoints)},
          balancer,
          dns: { nameServer: { hostname: "127.0.0.1", port: 1 } },
          requestTimeoutMs: false,
        });
        const watch = client.watch("k");
        for (const wait of [client.get("k"), client.connect(), watch.ready]) {
          const error = await wait.then(() => undefined, (error) => error);
          console.log(error?.code, error?.retryable, error?.message);
        }
      }
    `,
      { permissions: ["--ignore-env", ...permissions] },
    );
    assertEquals([code, errors], [0, ""]);
    return output.trim().split("\n");
  };
  const expected: readonly (readonly [string, string, ...string[]])[] = [
    [`http://${host}`, `--allow-net=${host}`],
    [`http://localhost:${port}`, "--allow-net=localhost"],
    [
      `http://localhost:${port}`,
      `--allow-net=${host}`,
      "--allow-net=localhost",
    ],
    ["unix:///tmp/none.sock", "--allow-read=/tmp/none.sock"],
    ["srv://example.com", "--allow-net"],
  ];
  const outcomes = await Promise.all(
    expected.map(([endpoint, , ...given]) => failures([endpoint], ...given)),
  );
  for (const [at, lines] of outcomes.entries()) {
    assertEquals(lines.length, 9);
    for (const line of lines) {
      assertStringIncludes(line, "deno_permission false Cannot ");
      assertStringIncludes(line, `run with ${expected[at]?.[1]}`);
    }
  }
  // As long as one may be reached, the others do not matter.
  const { output } = await run(
    `
    await using client = new Client({
      endpoints: ["http://127.0.0.2:1", "${server.endpoint}"],
    });
    for (let call = 0; call < 4; call++) console.log(await client.get("k"));
  `,
    { permissions: ["--ignore-env", `--allow-net=${host}`] },
  );
  assertEquals(output, "undefined\n".repeat(4));
});

Deno.test("Client needs each of the permissions that docs/permissions.md lists", async () => {
  const page = await Deno.readTextFile(new URL("docs/permissions.md", ROOT));
  for (const name of ENVIRONMENT) assertStringIncludes(page, name);
  const without = await run(
    `
    await using client = new Client({
      endpoints: "127.0.0.1:1",
      transport: "grpc-js",
    });
    const { code, message } = await client.get("k").catch((error) => error);
    console.log(code, message);
  `,
    { permissions: ["--allow-net"] },
  );
  assertStringIncludes(without.output, "deno_permission Cannot get");
  assertStringIncludes(without.output, "run with --ignore-env");
  assertStringIncludes(without.output, "env access");
});

Deno.test("a program lives on when its listeners throw or reject", async () => {
  await using server = await FakeServer.start();
  server.handle(RANGE, () => new Uint8Array());
  for (const listener of ["() => { throw 5n }", "async () => { throw 5n }"]) {
    const { code, output, errors } = await run(`
      await using client = new Client({
        endpoints: "${server.endpoint}",
        onEvent: ${listener},
      });
      const watch = client.watch("k", { onStateChange: ${listener} });
      console.log("got", await client.get("k"));
      await watch.close();
      await new Promise((resolve) => setTimeout(resolve, 50));
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
  for (const balancer of ["grpc1.0", "grpc1.7", "grpc1.23"]) {
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
  for (const balancer of ["grpc1.0", "grpc1.7", "grpc1.23"]) {
    // One endpoint that serves, one that waits for its backoff, and one that
    // is being dialled.
    const ms = await lingerMs(`
      const client = new Client({
        endpoints: [
          "${server.endpoint}", "http://127.0.0.1:1", "${silent.endpoint}",
        ],
        balancer: "${balancer}",
      });
      await client.get("k");
    `);
    assert(ms < 300, `${balancer}: ${ms} ms`);
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
  for (const balancer of ["grpc1.0", "grpc1.7", "grpc1.23"]) {
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
