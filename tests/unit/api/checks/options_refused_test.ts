// Options that cannot be, and what is said of them.
import { assert, assertStrictEquals, assertThrows } from "@std/assert";
import { resolveOptions } from "../../../../api/client/_resolve_options.ts";
import type { ClientOptions } from "../../../../api/client/options.ts";
import { InvalidOptionError } from "../../../../errors/invalid_option_error.ts";
import { Client } from "../../../../mod.ts";
import { ENDPOINTS, withOption } from "./_option_values.ts";

const PEM = "-----BEGIN CERTIFICATE-----";

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
  ["transport", "quic"],
  ["transport", null],
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
  ["tls", { ca: "/etc/etcd/ca.pem" }, "tls.ca"],
  ["tls", { ca: new Uint8Array(3) }, "tls.ca"],
  ["tls", { cert: PEM }, "tls.cert"],
  ["tls", { key: PEM }, "tls.cert"],
  ["tls", { cert: {}, key: PEM }, "tls.cert"],
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
  ["interceptor", {}],
  ["interceptor", null],
  ["headers", null],
  ["headers", { "X-A": "b" }, "headers.X-A"],
  ["headers", { token: "b" }, "headers.token"],
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

Deno.test("Client takes no file name for a certificate, and says so", () => {
  assertThrows(
    () => new Client({ endpoints: "https://a", tls: { ca: "/etc/ca.pem" } }),
    InvalidOptionError,
    "'tls.ca' must be PEM, the contents of a file and not its name: current value is 11 characters without '-----BEGIN '",
  );
});
