// What a client makes of its options.
import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { resolveOptions } from "../../../../api/client/_resolve_options.ts";
import { resolveTls } from "../../../../api/tls/_resolve_tls.ts";
import type { ClientOptions } from "../../../../api/client/options.ts";
import { BALANCER_NAMES } from "../../../../balancers/by_name.ts";
import { DEFAULT_TRANSPORT } from "../../../../balancers/dial/mod.ts";
import type { BalancerFactory } from "../../../../balancers/strategy.ts";
import { BalancerError } from "../../../../errors/balancer_error.ts";
import { InvalidOptionError } from "../../../../errors/invalid_option_error.ts";
import { waitFor } from "../../../harness/mod.ts";
import { ENDPOINTS } from "../checks/_option_values.ts";
import { Warnings } from "../telemetry/_warnings.ts";

Deno.test("resolveOptions() fills in the defaults", () => {
  const { strategy, endpoints, ...rest } = resolveOptions({
    endpoints: ENDPOINTS,
  });
  assertStrictEquals(strategy.name, "grpc1.23");
  assertEquals(endpoints.map(({ url }) => url), ENDPOINTS);
  assertEquals(rest, {
    transport: DEFAULT_TRANSPORT,
    dialTimeoutMs: 5_000,
    keepAlive: { timeMs: 10_000, timeoutMs: 3_000 },
    requestTimeoutMs: 30_000,
    batch: "off",
    credentials: undefined,
    domains: [],
    tls: undefined,
    dns: {
      nameServer: undefined,
      records: undefined,
      refreshIntervalMs: 30_000,
    },
    records: "both",
    secrecy: { tls: false, auth: false },
    autoSyncIntervalMs: undefined,
    headers: undefined,
    interceptor: undefined,
    onEvent: undefined,
  });
});

Deno.test("resolveOptions() takes undefined for absent, everywhere", () => {
  const options = {
    endpoints: ENDPOINTS,
    balancer: undefined,
    transport: undefined,
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

Deno.test("resolveOptions() names the factory that throws", () => {
  const error = assertThrows(
    () => resolveOptions({ endpoints: "a", balancer: FACTORY_FAILS }),
    BalancerError,
    "Cannot use the balancer 'FACTORY_FAILS': its factory threw: a factory's mistake",
  );
  assert(error.cause instanceof RangeError);
});

Deno.test("resolveOptions() refuses a strategy that is none, and says why", () => {
  const own = resolveOptions({ endpoints: "a" }).strategy;
  const delegating = {
    name: own.name,
    retry: own.retry,
    connection: own.connection,
    start() {},
    pick: () => ({ action: "wait" }) as const,
    onEndpoints() {},
    onState() {},
    snapshot: () => own.snapshot(),
    close() {},
  };
  const cases: readonly (readonly [unknown, string])[] = [
    [undefined, "object"],
    [Promise.resolve(own), "that has 'start()'"],
    [{ ...delegating, pick: undefined }, "that has 'pick()'"],
    [{ ...delegating, name: 1 }, "that has a 'name'"],
    [{ ...delegating, connection: {} }, "whose 'connection.pings'"],
    [{ ...delegating, retry: undefined }, "whose 'retry' is"],
    [{ ...delegating, retry: { ...own.retry, waitMs: NaN } }, "whose 'retry'"],
    [{ ...delegating, retry: { ...own.retry, maxAttempts: 0 } }, "whose"],
  ];
  for (const [strategy, expected] of cases) {
    const balancer = (() => strategy) as BalancerFactory;
    assertThrows(
      () => resolveOptions({ endpoints: "a", balancer }),
      InvalidOptionError,
      `'balancer' must be a factory that returns a strategy ${expected}`,
    );
  }
  const balancer = () => delegating;
  const { strategy } = resolveOptions({ endpoints: "a", balancer });
  assertStrictEquals(strategy, delegating);
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

Deno.test("Client warns of what onEvent throws or rejects with, and goes on", async () => {
  using warnings = new Warnings();
  const problem = new RangeError("a listener's mistake");
  for (
    const listener of [
      () => {
        throw problem;
      },
      () => Promise.reject(problem),
    ]
  ) {
    const { onEvent } = resolveOptions({ endpoints: "a", onEvent: listener });
    onEvent?.({ type: "switch", from: undefined, to: "a" });
  }
  await waitFor("both warnings", () => warnings.seen.length === 2);
  for (const { name, message, detail } of warnings.seen) {
    assertStrictEquals(name, "EtcdWarning");
    assertStringIncludes(message, "'onEvent'");
    assertStringIncludes(detail ?? "", "RangeError: a listener's mistake");
  }
});
