// What OpenTelemetry is given of streams, by a client over a fake server.
import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Client, EtcdError, TimeoutError } from "../../../../mod.ts";
import { codecOf } from "../../../../proto/_codec.ts";
import type { WatchRequest } from "../../../../proto/gen/messages.ts";
import { fromBigInt } from "../../../../proto/int64.ts";
import { methods } from "../../../../proto/methods.ts";
import {
  FakeServer,
  FakeStatus,
  type FakeStream,
  waitFor,
} from "../../../harness/mod.ts";
import { FakeTelemetry, type KeptSpan } from "./_fake_telemetry.ts";

const ASKED = codecOf("etcdserverpb.WatchRequest");
const WATCHED = codecOf("etcdserverpb.WatchResponse");
const RENEWED = codecOf("etcdserverpb.LeaseKeepAliveResponse");
const PART = codecOf("etcdserverpb.SnapshotResponse");
const LEADER = codecOf("v3electionpb.LeaderResponse");
const LEASE = 7n;

/** A span in short: its name, status, error, and whether it is over. */
function inShort({ name, attributes, status, ended }: KeptSpan) {
  const failed = status?.code === SpanStatusCode.ERROR;
  assertEquals(
    attributes["error.type"],
    failed ? attributes["rpc.status_code"] : undefined,
  );
  const code = attributes["rpc.status_code"] ?? "open";
  return `${name} ${code}${failed ? " failed" : ""} ${ended}`;
}

/** Answers what watches ask first, and leaves the stream open. */
async function answerCreate(stream: FakeStream): Promise<void> {
  for await (const bytes of stream.messages) {
    const { createRequest } = ASKED.decode(bytes) as WatchRequest;
    const watchId = createRequest?.watchId;
    if (watchId) stream.send(WATCHED.encode({ created: true, watchId }));
  }
}

/** A stream whose client sends, and hears nothing. */
async function silence(stream: FakeStream): Promise<void> {
  for await (const _ of stream.messages);
}

/** Sends a snapshot of these bytes. */
async function sendSnapshot(stream: FakeStream): Promise<void> {
  const bytes = new Uint8Array(1_000);
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  await silence(stream);
  stream.send(PART.encode({ blob: bytes }));
  stream.send(PART.encode({ blob: new Uint8Array(digest) }));
}

async function subject(
  parts: readonly ("traces" | "metrics")[],
): Promise<
  & AsyncDisposable
  & Readonly<{ telemetry: FakeTelemetry; server: FakeServer; client: Client }>
> {
  const telemetry = new FakeTelemetry(parts);
  const server = await FakeServer.start();
  const client = new Client({ endpoints: server.endpoint, keepAlive: false });
  return {
    telemetry,
    server,
    client,
    async [Symbol.asyncDispose]() {
      telemetry[Symbol.dispose]();
      await client.close();
      await server.close();
    },
  };
}

Deno.test("Client makes a span for each stream of its watches, until that ends", async () => {
  await using made = await subject(["traces", "metrics"]);
  const { telemetry, server, client } = made;
  const ends: (() => void)[] = [];
  server.handleStream(methods.watch.watch.path, async (stream) => {
    ends.push(() => stream.end(new FakeStatus(14, "etcdserver: no leader")));
    await answerCreate(stream);
  });
  const watch = client.watch("hidden-key");
  const other = client.watch("hidden-too");
  await Promise.all([watch.ready, other.ready]);
  assertEquals(telemetry.spans.map(inShort), [
    "etcdserverpb.Watch/Watch open 0",
  ]);
  ends[0]?.();
  await waitFor("another stream", () => ends.length === 2);
  await waitFor(
    "both on it",
    () => watch.state.kind === "live" && other.state.kind === "live",
  );
  await watch.close();
  assertEquals(telemetry.spans.length, 2);
  await other.close();
  assertEquals(telemetry.spans.map(inShort), [
    "etcdserverpb.Watch/Watch UNAVAILABLE failed 1",
    "etcdserverpb.Watch/Watch CANCELLED 1",
  ]);
  const common = {
    "rpc.system.name": "grpc",
    "rpc.method": "etcdserverpb.Watch/Watch",
    "server.address": "127.0.0.1",
    "server.port": Number(new URL(server.endpoint).port),
  };
  const failed = {
    ...common,
    "rpc.status_code": "UNAVAILABLE",
    "error.type": "UNAVAILABLE",
  };
  const left = { ...common, "rpc.status_code": "CANCELLED" };
  for (const { kind, events } of telemetry.spans) {
    // Messages have had no events of their own since version 1.38.
    assertEquals([kind, events], [SpanKind.CLIENT, []]);
  }
  assertEquals<unknown>(telemetry.spans.map(({ attributes }) => attributes), [
    {
      ...failed,
      "etcdeno.call.attempts": 1,
      "etcdeno.error.code": "no_leader",
    },
    { ...left, "etcdeno.call.attempts": 1 },
  ]);
  const durations = telemetry.measured.filter(({ name }) =>
    name === "rpc.client.call.duration"
  );
  assertEquals<unknown>(
    durations.map(({ attributes }) => attributes),
    [failed, left],
  );
});

Deno.test("Client's span of a watch that waits for a connection ends when it is closed", async () => {
  await using made = await subject(["traces"]);
  const { telemetry, server, client } = made;
  await server.close();
  const watch = client.watch("k");
  await waitFor("a stream that is wanted", () => telemetry.spans.length === 1);
  await watch.close();
  await waitFor("its end", () => telemetry.spans[0]?.ended === 1);
  assertEquals(telemetry.spans.map(inShort), [
    "etcdserverpb.Watch/Watch CANCELLED 1",
  ]);
  assertEquals(telemetry.spans[0]?.attributes["server.address"], undefined);
});

Deno.test("Client's span of a renewal tells whether that was answered", async () => {
  await using made = await subject(["traces"]);
  const { telemetry, server, client } = made;
  const { keepAlive, timeToLive } = methods.lease;
  const ID = fromBigInt(LEASE);
  server.handle(
    timeToLive.path,
    () =>
      codecOf("etcdserverpb.LeaseTimeToLiveResponse").encode({
        ID,
        TTL: fromBigInt(60n),
        grantedTTL: fromBigInt(60n),
      }),
  );
  const lease = await client.lease.attach(LEASE);
  server.handleStream(keepAlive.path, async (stream) => {
    for await (const _ of stream.messages) {
      stream.send(RENEWED.encode({ ID, TTL: fromBigInt(60n) }));
    }
  });
  assertEquals(await lease.keepAliveOnce(), 60);
  await lease.keepAlive();
  lease.orphan();
  server.handleStream(keepAlive.path, silence);
  const late = await client.lease.attach(LEASE);
  await assertRejects(
    () => late.keepAliveOnce({ timeoutMs: 100 }),
    TimeoutError,
  );
  late.orphan();
  const streams = telemetry.spans.filter(({ name }) =>
    name === keepAlive.path.slice(1)
  );
  assertEquals(streams.map(inShort), [
    "etcdserverpb.Lease/LeaseKeepAlive CANCELLED 1",
    "etcdserverpb.Lease/LeaseKeepAlive CANCELLED 1",
    "etcdserverpb.Lease/LeaseKeepAlive DEADLINE_EXCEEDED failed 1",
  ]);
});

Deno.test("Client's span of a snapshot is OK when that was read to its end", async () => {
  await using made = await subject(["traces"]);
  const { telemetry, server, client } = made;
  const { path } = methods.maintenance.snapshot;
  server.handleStream(path, sendSnapshot);
  const read = (snapshot: ReadableStream<Uint8Array<ArrayBuffer>>) =>
    new Response(snapshot).arrayBuffer();
  await read(client.maintenance.snapshot());
  await using member = client.member(server.endpoint);
  await read(member.snapshot());
  const reader = client.maintenance.snapshot().getReader();
  await reader.read();
  await reader.cancel();
  server.handleStream(path, async (stream) => {
    await silence(stream);
    throw new FakeStatus(7, "etcdserver: permission denied");
  });
  await assertRejects(() => read(member.snapshot()), EtcdError);
  server.handleStream(
    path,
    (stream) => silence(stream).then(() => new Promise(() => {})),
  );
  await assertRejects(
    () => read(client.maintenance.snapshot({ timeoutMs: 100 })),
    TimeoutError,
  );
  assertEquals(telemetry.spans.map(inShort), [
    "etcdserverpb.Maintenance/Snapshot OK 1",
    "etcdserverpb.Maintenance/Snapshot OK 1",
    "etcdserverpb.Maintenance/Snapshot CANCELLED 1",
    "etcdserverpb.Maintenance/Snapshot PERMISSION_DENIED failed 1",
    "etcdserverpb.Maintenance/Snapshot DEADLINE_EXCEEDED failed 1",
  ]);
});

Deno.test("Client's span of an observation ends with it", async () => {
  await using made = await subject(["traces"]);
  const { telemetry, server, client } = made;
  server.handleStream(methods.election.observe.path, async (stream) => {
    await silence(stream);
    stream.send(LEADER.encode({ kv: { key: Uint8Array.of(1) } }));
    await new Promise(() => {});
  });
  for await (const { key } of client.election.observe("hidden-name")) {
    assertEquals(key.length, 1);
    assertEquals(telemetry.spans.map(inShort), [
      "v3electionpb.Election/Observe open 0",
    ]);
    break;
  }
  assertEquals(telemetry.spans.map(inShort), [
    "v3electionpb.Election/Observe CANCELLED 1",
  ]);
  assert(!JSON.stringify(telemetry.spans).includes("hidden"));
});
