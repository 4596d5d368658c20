// What OpenTelemetry is given, by a client over a fake server.
import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { SYSTEM_CLOCK } from "../../../../balancers/transport/mod.ts";
import { findTelemetry } from "../../../../api/telemetry/_telemetry.ts";
import {
  Client,
  type ClientEvent,
  NoLeaderError,
  UnsupportedError,
} from "../../../../mod.ts";
import { methods } from "../../../../proto/methods.ts";
import { FakeServer, FakeStatus } from "../../../harness/mod.ts";
import { FakeTelemetry } from "./_fake_telemetry.ts";

const RANGE = methods.kv.range.path;
const PUT = methods.kv.put.path;
const OK = new Uint8Array();
const SECRETS = /hidden-(key|value|user|word)/;

/** A server that refuses so many reads first. */
async function serverThatRefuses(reads: number): Promise<FakeServer> {
  const server = await FakeServer.start();
  let left = reads;
  server.handle(
    RANGE,
    () => left-- > 0 ? new FakeStatus(14, "etcdserver: no leader") : OK,
  );
  return server;
}

/** The attributes of an endpoint. */
function serverOf({ endpoint }: FakeServer) {
  return {
    "server.address": "127.0.0.1",
    "server.port": Number(new URL(endpoint).port),
  };
}

Deno.test("Client makes a span per call, with its repetitions as events", async () => {
  using telemetry = new FakeTelemetry(["traces"]);
  await using server = await serverThatRefuses(1);
  await using client = new Client({ endpoints: server.endpoint });
  await client.get("hidden-key");
  const [span, ...others] = telemetry.spans;
  assert(span && others.length === 0);
  assertEquals([span.name, span.kind, span.status, span.ended], [
    "etcdserverpb.KV/Range",
    SpanKind.CLIENT,
    undefined,
    1,
  ]);
  assertEquals<unknown>(span.attributes, {
    "rpc.system.name": "grpc",
    "rpc.method": "etcdserverpb.KV/Range",
    "rpc.status_code": "OK",
    "etcdeno.call.attempts": 2,
    ...serverOf(server),
  });
  assertEquals<unknown>(
    span.events.map(({ name, attributes }) => ({
      name,
      ...attributes as object,
      "etcdeno.attempt.duration": undefined,
    })),
    [{
      name: "retry",
      "etcdeno.error.code": "no_leader",
      "etcdeno.attempt.duration": undefined,
      ...serverOf(server),
    }],
  );
});

Deno.test("Client's spans and measures name the status a call failed with", async () => {
  using telemetry = new FakeTelemetry(["traces", "metrics"]);
  await using server = await FakeServer.start();
  server.handle(PUT, () => new FakeStatus(14, "etcdserver: no leader"));
  await using client = new Client({ endpoints: server.endpoint });
  await assertRejects(
    () => client.put("hidden-key", "hidden-value"),
    NoLeaderError,
  );
  const [span] = telemetry.spans;
  assert(span);
  assertEquals([span.status, span.ended], [{ code: SpanStatusCode.ERROR }, 1]);
  const common = {
    "rpc.system.name": "grpc",
    "rpc.method": "etcdserverpb.KV/Put",
    "rpc.status_code": "UNAVAILABLE",
    "error.type": "UNAVAILABLE",
    ...serverOf(server),
  };
  assertEquals<unknown>(span.attributes, {
    ...common,
    "etcdeno.call.attempts": 1,
    "etcdeno.error.code": "no_leader",
  });
  const [duration, ...others] = telemetry.measured.filter(({ name }) =>
    name === "rpc.client.call.duration"
  );
  assert(duration && others.length === 0);
  assertEquals<unknown>(duration.attributes, common);
  assert(duration.value > 0 && duration.value < 5, `${duration.value} s`);
});

Deno.test("Client's spans end as canceled when the caller's signal says so", async () => {
  using telemetry = new FakeTelemetry(["traces"]);
  await using server = await FakeServer.start();
  await using client = new Client({ endpoints: server.endpoint });
  const signal = AbortSignal.abort(new Error("no more"));
  await assertRejects(() => client.get("k", { signal }), Error, "no more");
  assertEquals(
    telemetry.spans.map(({ attributes, ended }) => [
      attributes["rpc.status_code"],
      attributes["error.type"],
      attributes["server.address"],
      ended,
    ]),
    [["CANCELLED", "CANCELLED", undefined, 1]],
  );
});

Deno.test("Client counts its events, and tells them to its own listener too", async () => {
  using telemetry = new FakeTelemetry(["metrics"]);
  await using server = await serverThatRefuses(1);
  const told: ClientEvent[] = [];
  await using client = new Client({
    endpoints: server.endpoint,
    onEvent: (event) => told.push(event),
  });
  await client.get("hidden-key");
  const counted = telemetry.measured.filter(({ name }) =>
    name === "etcdeno.client.events"
  );
  assertEquals(told.map(({ type }) => type), ["connecting", "ready", "retry"]);
  assertEquals<unknown>(
    counted.map(({ value, attributes }) => ({ value, ...attributes })),
    told.map(({ type }) => ({
      value: 1,
      "etcdeno.event.type": type,
      ...serverOf(server),
    })),
  );
  assertEquals(telemetry.spans, []);
});

Deno.test("Client gives OpenTelemetry no key, value, user or password", async () => {
  using telemetry = new FakeTelemetry(["traces", "metrics"]);
  await using server = await serverThatRefuses(1);
  server.handle(methods.auth.authenticate.path, () =>
    // token: "t"
    Uint8Array.of(18, 1, 116));
  server.handle(PUT, () => new FakeStatus(3, "hidden-key hidden-value"));
  await using client = new Client({
    endpoints: server.endpoint,
    auth: { username: "hidden-user", password: "hidden-word" },
  });
  await client.get("hidden-key");
  await assertRejects(() => client.put("hidden-key", "hidden-value"));
  assertEquals(telemetry.spans.map(({ name }) => name), [
    "etcdserverpb.KV/Range",
    "etcdserverpb.Auth/Authenticate",
    "etcdserverpb.KV/Put",
  ]);
  const { spans, measured } = telemetry;
  const text = JSON.stringify({ spans, measured });
  assertEquals(SECRETS.exec(text), null);
});

Deno.test("Client runs each call inside its span", () => {
  using telemetry = new FakeTelemetry(["traces"]);
  const record = findTelemetry(SYSTEM_CLOCK)?.begin(RANGE);
  assert(record);
  const active = record.run(() => telemetry.active);
  record.end();
  assert(active !== undefined);
  assertStrictEquals(telemetry.active, undefined);
});

Deno.test("Client has no telemetry where OpenTelemetry is not set up", () => {
  assertStrictEquals(findTelemetry(SYSTEM_CLOCK), undefined);
});

Deno.test("Client's attributes name an endpoint's host and port, or its socket", () => {
  using telemetry = new FakeTelemetry(["traces"]);
  for (
    const endpoint of [
      "http://etcd.example.com:2379",
      "https://[::1]:2379",
      "unix:///run/etcd.sock",
    ]
  ) {
    const record = findTelemetry(SYSTEM_CLOCK)?.begin(RANGE);
    record?.answered(endpoint);
    record?.end();
  }
  assertEquals(
    telemetry.spans.map(({ attributes }) => [
      attributes["server.address"],
      attributes["server.port"],
    ]),
    [
      ["etcd.example.com", 2379],
      ["::1", 2379],
      ["/run/etcd.sock", undefined],
    ],
  );
});

Deno.test("client.member()'s calls have spans as others do", async () => {
  using telemetry = new FakeTelemetry(["traces"]);
  await using server = await FakeServer.start();
  await using client = new Client({ endpoints: "http://127.0.0.1:1" });
  await using member = client.member(server.endpoint);
  await assertRejects(() => member.defragment(), UnsupportedError);
  assertEquals(
    telemetry.spans.map(({ name, attributes, ended }) => [
      name,
      attributes["error.type"],
      attributes["server.port"],
      ended,
    ]),
    [[
      "etcdserverpb.Maintenance/Defragment",
      "UNIMPLEMENTED",
      serverOf(server)["server.port"],
      1,
    ]],
  );
});
