import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { resolveOptions } from "../../api/_resolve_options.ts";
import { resolveTls } from "../../api/_resolve_tls.ts";
import { resolveSeeds } from "../../api/_seeds.ts";
import type { ClientOptions } from "../../api/options.ts";
import { BALANCER_NAMES } from "../../balancers/by_name.ts";
import { InvalidOptionError } from "../../errors/specific_errors.ts";
import { Client } from "../../mod.ts";

const ENDPOINTS = ["http://a:2379", "http://b:2379"];

/** Options as plain JavaScript could pass them. */
function withOption(
  options: ClientOptions,
  name: string,
  value: unknown,
): ClientOptions {
  return { ...options, [name]: value };
}

Deno.test("resolveOptions() fills in the defaults", () => {
  const { strategy, endpoints, ...rest } = resolveOptions({
    endpoints: ENDPOINTS,
  });
  assertStrictEquals(strategy.name, "grpc1.23");
  assertEquals(endpoints.map(({ url }) => url), ENDPOINTS);
  assertEquals(rest, {
    dialTimeoutMs: 5_000,
    keepAlive: { timeMs: 10_000, timeoutMs: 3_000 },
    requestTimeoutMs: 30_000,
    batch: "off",
    credentials: undefined,
    domains: [],
    tls: undefined,
    dns: { nameServer: undefined, refreshIntervalMs: 30_000 },
    autoSyncIntervalMs: undefined,
    onEvent: undefined,
  });
});

Deno.test("resolveOptions() takes undefined for absent, everywhere", () => {
  const options = {
    endpoints: ENDPOINTS,
    balancer: undefined,
    dialTimeoutMs: undefined,
    keepAlive: undefined,
    requestTimeoutMs: undefined,
    tls: undefined,
    dns: undefined,
    autoSyncIntervalMs: undefined,
    onEvent: undefined,
  };
  const { strategy, ...given } = resolveOptions(options);
  const { strategy: _, ...absent } = resolveOptions({ endpoints: ENDPOINTS });
  assertStrictEquals(strategy.name, "grpc1.23");
  assertEquals(given, absent);
});

Deno.test("resolveOptions() has no pings with grpc1.0", () => {
  const balancer = "grpc1.0";
  for (const keepAlive of [undefined, false] as const) {
    const options = { endpoints: ENDPOINTS, balancer, keepAlive } as const;
    assert(resolveOptions(options).keepAlive === false);
  }
});

Deno.test("resolveOptions() accepts what is on the edge", () => {
  const limit = 2_147_483_647;
  const resolved = resolveOptions({
    endpoints: "a",
    dialTimeoutMs: 0.5,
    requestTimeoutMs: limit,
    keepAlive: { timeMs: 5_000, timeoutMs: 1 },
  });
  assertStrictEquals(resolved.dialTimeoutMs, 0.5);
  assertStrictEquals(resolved.requestTimeoutMs, limit);
  assertEquals(resolved.keepAlive, { timeMs: 5_000, timeoutMs: 1 });
  const never = resolveOptions({ endpoints: "a", requestTimeoutMs: false });
  assertStrictEquals(never.requestTimeoutMs, Infinity);
});

const FACTORY_FAILS = () => {
  throw new RangeError("a factory's mistake");
};

/** Option, bad value, and the name the error gives (the option by default). */
const BAD: readonly (readonly [keyof ClientOptions, unknown, string?])[] = [
  ["endpoints", undefined],
  ["endpoints", null],
  ["endpoints", ""],
  ["endpoints", []],
  ["endpoints", [""]],
  ["endpoints", ["http://a:2379", "ftp://b"]],
  ["endpoints", [undefined]],
  ["endpoints", 7],
  ["endpoints", new Set(["a"])],
  ["balancer", "grpc1.2"],
  ["balancer", "toString"],
  ["balancer", ""],
  ["balancer", null],
  ["balancer", 1.7],
  ["balancer", {}],
  ["dialTimeoutMs", 0],
  ["dialTimeoutMs", -1],
  ["dialTimeoutMs", NaN],
  ["dialTimeoutMs", Infinity],
  ["dialTimeoutMs", 2 ** 31],
  ["dialTimeoutMs", "5000"],
  ["dialTimeoutMs", 5n],
  ["dialTimeoutMs", false],
  ["dialTimeoutMs", null],
  ["auth", "root"],
  ["auth", { username: "root" }],
  ["auth", { username: "root", password: "secret", token: "secret" }],
  ["auth", { username: "", password: "secret" }, "auth.username"],
  ["auth", { username: "root", password: 5 }, "auth.password"],
  ["auth", { token: "" }, "auth.token"],
  ["batch", "writes"],
  ["batch", true],
  ["requestTimeoutMs", 0],
  ["requestTimeoutMs", -5],
  ["requestTimeoutMs", NaN],
  ["requestTimeoutMs", Infinity],
  ["requestTimeoutMs", true],
  ["requestTimeoutMs", "1"],
  ["requestTimeoutMs", null],
  ["keepAlive", true],
  ["keepAlive", null],
  ["keepAlive", 10_000],
  ["keepAlive", {}, "keepAlive.timeMs"],
  ["keepAlive", { timeMs: 10_000 }, "keepAlive.timeoutMs"],
  ["keepAlive", { timeMs: 4_999, timeoutMs: 1 }, "keepAlive.timeMs"],
  ["keepAlive", { timeMs: NaN, timeoutMs: 1 }, "keepAlive.timeMs"],
  ["keepAlive", { timeMs: 9_999, timeoutMs: 0 }, "keepAlive.timeoutMs"],
  ["keepAlive", { timeMs: 9_999, timeoutMs: 1, x: 2 }, "x"],
  ["tls", true],
  ["tls", false],
  ["tls", null],
  ["tls", "ca.pem"],
  ["tls", { ca: 5 }, "tls.ca"],
  ["tls", { ca: null }, "tls.ca"],
  ["tls", { cert: "PEM" }, "tls.cert"],
  ["tls", { key: "PEM" }, "tls.cert"],
  ["tls", { cert: {}, key: "PEM" }, "tls.cert"],
  ["tls", { serverName: 5 }, "tls.serverName"],
  ["dns", "10.0.0.1", "dns"],
  ["dns", { server: "10.0.0.1" }, "server"],
  ["dns", { refreshIntervalMs: 0 }, "dns.refreshIntervalMs"],
  ["dns", { nameServer: "10.0.0.1" }, "dns.nameServer"],
  ["dns", { nameServer: { hostname: "a" } }, "dns.nameServer.hostname"],
  [
    "dns",
    { nameServer: { hostname: "10.0.0.1", port: 0 } },
    "dns.nameServer.port",
  ],
  ["autoSyncIntervalMs", 0, "autoSyncIntervalMs"],
  ["tls", { serverName: "" }, "tls.serverName"],
  ["tls", { rejectUnauthorized: false }, "rejectUnauthorized"],
  ["onEvent", "console.log"],
  ["onEvent", null],
  ["onEvent", {}],
];

Deno.test("resolveOptions() refuses each bad value, naming option and value", () => {
  for (const [option, value, named = option] of BAD) {
    const options = withOption({ endpoints: ENDPOINTS }, option, value);
    const error = assertThrows(
      () => resolveOptions(options),
      InvalidOptionError,
      `'${named}'`,
      `${option}: ${Deno.inspect(value)}`,
    );
    assertStrictEquals(error.option, named);
    assertStrictEquals(error.code, "invalid_option");
    assert(error.message.startsWith("Cannot use the options: "), error.message);
    assert(!error.message.endsWith("."), error.message);
  }
});

Deno.test("resolveOptions() refuses pings with grpc1.0", () => {
  const keepAlive = { timeMs: 10_000, timeoutMs: 3_000 };
  const error = assertThrows(
    () => resolveOptions({ endpoints: "a", balancer: "grpc1.0", keepAlive }),
    InvalidOptionError,
    "grpc1.0",
  );
  assertStrictEquals(error.option, "keepAlive");
});

Deno.test("resolveOptions() refuses an option it does not know, and lists those it does", () => {
  for (const option of ["endpoint", "timeoutMs", "hosts", "__proto_"]) {
    const options = withOption({ endpoints: ENDPOINTS }, option, 1);
    const error = assertThrows(
      () => resolveOptions(options),
      InvalidOptionError,
      "requestTimeoutMs",
    );
    assertStrictEquals(error.option, option);
  }
});

Deno.test("resolveOptions() refuses what is no object", () => {
  for (const value of [undefined, null, "http://a:2379", 5, true]) {
    const error = assertThrows(
      () => resolveOptions(value as unknown as ClientOptions),
      InvalidOptionError,
    );
    assertStrictEquals(error.option, "options");
  }
});

Deno.test("resolveOptions() neither keeps nor changes what it is given", () => {
  const endpoints = ["http://a:2379"];
  const keepAlive = { timeMs: 9_000, timeoutMs: 1_000 };
  const options = { endpoints, keepAlive, tls: { serverName: "x" } };
  const before = structuredClone(options);
  const resolved = resolveOptions(options);
  assertEquals(options, before);
  endpoints.push("http://b:2379");
  keepAlive.timeMs = 1;
  options.tls.serverName = "y";
  assertEquals(resolved.endpoints.length, 1);
  assertEquals(resolved.keepAlive, { timeMs: 9_000, timeoutMs: 1_000 });
  assert(typeof resolved.tls === "object");
  assertStrictEquals(resolved.tls.serverName("http://a:2379"), "x");
});

Deno.test("resolveOptions() accepts frozen options", () => {
  const options = Object.freeze({
    endpoints: Object.freeze([...ENDPOINTS]),
    balancer: "grpc1.7" as const,
    keepAlive: Object.freeze({ timeMs: 9_000, timeoutMs: 1_000 }),
    tls: Object.freeze({}),
  });
  assertStrictEquals(resolveOptions(options).strategy.name, "grpc1.7");
});

Deno.test("resolveOptions() makes each strategy by its name, or by a factory with the dial timeout", () => {
  for (const name of BALANCER_NAMES) {
    const { strategy } = resolveOptions({ endpoints: "a", balancer: name });
    assertStrictEquals(strategy.name, name);
  }
  const seen: number[] = [];
  const own = resolveOptions({ endpoints: "a" }).strategy;
  const { strategy } = resolveOptions({
    endpoints: "a",
    dialTimeoutMs: 777,
    balancer({ dialTimeoutMs }) {
      seen.push(dialTimeoutMs);
      return own;
    },
  });
  assertStrictEquals(strategy, own);
  assertEquals(seen, [777]);
});

Deno.test("resolveOptions() passes on what a factory throws", () => {
  assertThrows(
    () => resolveOptions({ endpoints: "a", balancer: FACTORY_FAILS }),
    RangeError,
    "a factory's mistake",
  );
});

Deno.test("resolveOptions() gives each endpoint the TLS name asked for", () => {
  const name = (tls: ClientOptions["tls"]) => {
    const resolved = resolveTls(tls);
    assert(typeof resolved === "object");
    return resolved.serverName("https://a:2379");
  };
  assertStrictEquals(name({}), undefined);
  assertStrictEquals(name({ serverName: "etcd" }), "etcd");
  assertStrictEquals(
    name({ serverName: (endpoint) => `for ${endpoint}` }),
    "for https://a:2379",
  );
  assertStrictEquals(name({ serverName: () => undefined }), undefined);
});

Deno.test("resolveSeeds() drops duplicates, whatever form they have", () => {
  const list = ["http://a:2379", "a", "A:2379", "http://a/", "b"];
  assertEquals(
    resolveSeeds(list, { tls: false }).endpoints.map(({ url }) => url),
    ["http://a:2379", "http://b:2379"],
  );
  assertEquals(
    resolveSeeds("a", { tls: true }).endpoints.map(({ url }) => url),
    [
      "https://a:2379",
    ],
  );
});

Deno.test("resolveSeeds() tells domains from endpoints", () => {
  const list = ["srv://Example.com", "a", "SRV://example.com/", "srv://b"];
  const { endpoints, domains } = resolveSeeds(list, { tls: false });
  assertEquals(endpoints.map(({ url }) => url), ["http://a:2379"]);
  assertEquals(domains, ["example.com", "b"]);
  for (
    const text of ["srv://", "srv://a:53", "srv://a/b", "srv:a", "srv://a b"]
  ) {
    assertThrows(() => resolveSeeds(text, { tls: false }), InvalidOptionError);
  }
});

Deno.test("Client checks its options before it does anything", async () => {
  for (const [option, value] of BAD) {
    const options = withOption({ endpoints: ENDPOINTS }, option, value);
    assertThrows(() => new Client(options), InvalidOptionError);
  }
  await using client = new Client({ endpoints: "a" });
  assertThrows(() => client.setEndpoints([]), InvalidOptionError, "endpoints");
  assertThrows(() => client.setEndpoints("ftp://a"), InvalidOptionError);
  assertStrictEquals(client.balancer.dials, 0);
});

Deno.test("Client reports what onEvent throws, and goes on", async () => {
  const reported: unknown[] = [];
  const listener = (event: ErrorEvent) => {
    event.preventDefault();
    reported.push(event.error);
  };
  addEventListener("error", listener);
  try {
    const problem = new RangeError("a listener's mistake");
    const { onEvent } = resolveOptions({
      endpoints: "a",
      onEvent() {
        throw problem;
      },
    });
    onEvent?.({ type: "switch", from: undefined, to: "a" });
    await Promise.resolve();
    assertEquals(reported, [problem]);
  } finally {
    removeEventListener("error", listener);
  }
});
