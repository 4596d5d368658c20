// What the command line means, and what is printed.
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { createEventLog } from "../../../../gateway/log/_event_log.ts";
import {
  FLAGS,
  helpText,
  parseFlags,
  UsageError,
} from "../../../../gateway/command/_flags.ts";
import {
  formatGoDuration,
  parseGoDuration,
} from "../../../../gateway/log/_go_duration.ts";
import { createLog } from "../../../../gateway/log/_log.ts";
import { metricsText } from "../../../../gateway/status/_metrics_text.ts";
import { makeTarget } from "../../../../gateway/names/_target.ts";
import { Upstream } from "../../../../gateway/upstreams/_upstream.ts";
import {
  readSettings,
  type Settings,
} from "../../../../gateway/command/_settings.ts";
import type { GatewayEvent } from "../../../../gateway/view.ts";

function settings(...args: readonly string[]): Promise<Settings> {
  const flags = parseFlags(args);
  if (flags === "help") throw new Error("help was asked for");
  return readSettings(flags);
}

for (
  const [text, ms, canonical] of [
    ["1m0s", 60_000, "1m0s"],
    ["1m", 60_000, "1m0s"],
    ["90s", 90_000, "1m30s"],
    ["1h2m3.5s", 3_723_500, "1h2m3.5s"],
    ["250ms", 250, "250ms"],
    ["1.5s", 1_500, "1.5s"],
    [".5s", 500, "500ms"],
    ["100us", 0.1, "100µs"],
    ["100µs", 0.1, "100µs"],
    ["0", 0, "0s"],
    ["+5s", 5_000, "5s"],
  ] as const
) {
  Deno.test(`parseGoDuration() reads ${text}`, () => {
    assertEquals(parseGoDuration(text), ms);
    assertEquals(formatGoDuration(ms), canonical);
  });
}

Deno.test("parseGoDuration() refuses what Go refuses", () => {
  for (const text of ["", "1", "s", "1 s", "1d", "-1s", "1m-1s", "1e3s", "x"]) {
    assertEquals(parseGoDuration(text), undefined, text);
  }
});

Deno.test("parseFlags() takes both forms, with and without the word start", async () => {
  for (
    const args of [
      ["start", "--endpoints=a,b", "--retry-delay=10s"],
      ["--endpoints", "a,b", "--retry-delay", "10s"],
      [
        "--endpoints=a",
        "--retry-delay=1s",
        "--endpoints",
        "b",
        "--retry-delay=10s",
      ],
    ]
  ) {
    const { gateway } = await settings(...args);
    assertEquals([gateway.endpoints].flat().join(","), "a,b");
    assertEquals(gateway.retryDelayMs, 10_000);
  }
});

Deno.test("parseFlags() has upstream's defaults", async () => {
  const { gateway, drainTimeoutMs, logFormat } = await settings("start");
  assertEquals(gateway.endpoints, ["127.0.0.1:2379"]);
  assertEquals(gateway.listen, undefined);
  assertEquals(gateway.retryDelayMs, 60_000);
  assertEquals([drainTimeoutMs, logFormat], [10_000, "text"]);
  // Upstream takes 0 for its other default.
  assertEquals(
    (await settings("--retry-delay=0")).gateway.retryDelayMs,
    300_000,
  );
});

Deno.test("parseFlags() does not fall back to localhost with a discovery", async () => {
  const { gateway } = await settings(
    "--discovery-srv=example.com",
    "--discovery-srv-name=blue",
    "--insecure-discovery",
    "--dns-server=127.0.0.1:5353",
  );
  assertEquals(gateway.endpoints, undefined);
  assertEquals(gateway.discovery, {
    domain: "example.com",
    name: "blue",
    insecure: true,
    ca: undefined,
    nameServer: { ipAddr: "127.0.0.1", port: 5353 },
  });
  const asked = await settings("--discovery-srv", "a", "--endpoints", "b");
  assertEquals(asked.gateway.endpoints, ["b"]);
  const off = await settings("--discovery-srv=a", "--insecure-discovery=false");
  assertEquals([off.gateway.discovery?.insecure], [false]);
});

Deno.test("parseFlags() refuses what it does not know", async () => {
  for (
    const [args, message] of [
      [["--nonsense"], "unknown flag: --nonsense"],
      [["extra"], "unexpected argument: extra"],
      [["-x"], "unexpected argument: -x"],
      [["--endpoints"], "flag needs an argument: --endpoints"],
    ] as const
  ) assertThrows(() => parseFlags(args), UsageError, message);
  for (
    const arg of [
      "--retry-delay=soon",
      "--retry-delay=1000h",
      // More than a timer can hold, which ends it at once.
      "--drain-timeout=1000h",
      "--dial-timeout=0",
      "--refresh-interval=0s",
      "--insecure-discovery=maybe",
      "--log-format=xml",
      "--selection=best",
      "--transport=http3",
      "--max-connections=many",
      "--max-connections=0",
      "--listen-addr=nowhere",
      "--metrics-addr=nowhere",
      "--dns-server=nowhere",
      "--trusted-ca-file=/tmp/no/such/file",
      "--trusted-ca-file=/etc/hostname",
      "--user=root",
      "--password-file=/etc/hostname",
    ]
  ) {
    const [flag = ""] = arg.split("=");
    await assertRejects(() => settings(arg), UsageError, flag);
  }
});

Deno.test("helpText() names every flag", () => {
  for (const args of [["--help"], ["start", "-h"], ["help"]]) {
    assertEquals(parseFlags(args), "help");
  }
  const missing = FLAGS.filter(({ name }) => !helpText().includes(`--${name}`));
  assertEquals(missing, []);
});

Deno.test("createEventLog() speaks upstream's words", () => {
  const lines: string[] = [];
  let nowMs = 0;
  const tell = createEventLog(
    (level, message, fields) =>
      lines.push(`${level} ${message} ${JSON.stringify(fields)}`),
    { now: () => nowMs },
  );
  const error = new Error("refused");
  const endpoints = ["a:1"];
  const events: GatewayEvent[] = [
    { type: "discovered", domain: "example.com", endpoints },
    { type: "validating", endpoints },
    {
      type: "validation_failed",
      rejected: [{ endpoint: "a:1", error: "no TLS" }],
    },
    { type: "validated", endpoints },
    { type: "ready", address: "127.0.0.1:1", endpoints },
    { type: "deactivated", endpoint: "a:1", error, retryMs: 60_000 },
    { type: "still_inactive", endpoint: "a:1", error, retryMs: 200 },
    { type: "activated", endpoint: "a:1" },
  ];
  for (const event of events) tell(event);
  assertEquals(lines, [
    `info discovered cluster from SRV {"srv-server":"example.com","endpoints":["a:1"]}`,
    `info validating discovered SRV endpoints {"endpoints":["a:1"]}`,
    `warn failed to validate discovered endpoints {"endpoints":["a:1"],"error":"a:1: no TLS"}`,
    `info using validated discovered SRV endpoints {"endpoints":["a:1"]}`,
    `info ready to proxy client requests {"listen-address":"127.0.0.1:1","endpoints":["a:1"]}`,
    `warn deactivated endpoint {"address":"a:1","interval":"1m0s","error":"refused"}`,
    `warn failed to activate endpoint (stay inactive for another interval) {"address":"a:1","interval":"200ms","error":"refused"}`,
    `info activated {"address":"a:1"}`,
  ]);
  lines.length = 0;
  for (let n = 0; n < 5; n++) {
    tell({ type: "refused", client: `c:${n}`, reason: "limit" });
  }
  nowMs = 10_000;
  tell({ type: "refused", client: "c:5", reason: "limit" });
  const text = "warn closed client connections";
  assertEquals(lines, [
    `${text} {"client":"c:0","reason":"limit","count":1}`,
    `${text} {"client":"c:5","reason":"limit","count":5}`,
  ]);
});

Deno.test("metricsText() escapes what Prometheus wants escaped, and no more", () => {
  const text = metricsText({
    address: "",
    state: "serving",
    open: 0,
    accepted: 0,
    failed: 0,
    endpoints: [
      new Upstream(makeTarget({
        host: 'a"\\\n\tb',
        port: 1,
        secure: false,
        priority: 0,
        weight: 0,
      })).status(),
    ],
  });
  const line = text.split("\n").find((line) =>
    /^etcd_gateway_endpoint_active/.test(line)
  );
  assertEquals(
    line,
    String.raw`etcd_gateway_endpoint_active{endpoint="a\"\\\n` + '\tb:1"} 1',
  );
});

Deno.test("createLog() writes a line for people or one of JSON", () => {
  const lines: string[] = [];
  for (const format of ["text", "json"] as const) {
    const log = createLog(format, (line) => lines.push(line));
    log("info", "activated", { address: "a:1" });
  }
  const [text = "", json = ""] = lines;
  assertEquals(text.replace(/^\S+ /, ""), `info activated address="a:1"`);
  const { ts, ...rest } = JSON.parse(json);
  assertEquals(rest, { level: "info", msg: "activated", address: "a:1" });
  assert(!Number.isNaN(Date.parse(ts)));
});
