// What Deno's own exporter sends of a client, read by a collector.
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { codecOf } from "../../../../proto/_codec.ts";
import { TRANSPORT_NAMES } from "../../../../balancers/transport/mod.ts";
import { methods } from "../../../../proto/methods.ts";
import { FakeServer, FakeStatus } from "../../../harness/mod.ts";
import { run } from "../../support/_program.ts";

interface Attribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}
interface Span {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly kind: number;
  readonly status?: { readonly code?: number };
  readonly attributes: readonly Attribute[];
  readonly events: readonly { readonly name: string }[];
}
interface Metric {
  readonly name: string;
  readonly unit: string;
  readonly histogram?: { readonly dataPoints: readonly Point[] };
  readonly sum?: { readonly dataPoints: readonly Point[] };
}
interface Point {
  readonly attributes: readonly Attribute[];
  readonly count?: string | number;
}
/** What one instrumentation has sent. */
interface Scoped {
  readonly scope?: { readonly name: string };
  readonly spans?: readonly Span[];
  readonly metrics?: readonly Metric[];
}
/** A request of OTLP, as far as it is looked at. */
interface Export {
  readonly resourceSpans?: readonly { readonly scopeSpans: Scoped[] }[];
  readonly resourceMetrics?: readonly { readonly scopeMetrics: Scoped[] }[];
}

const LEADER = codecOf("v3electionpb.LeaderResponse");
const CLIENT_KIND = 3;
const ERROR_STATUS = 2;

/** Takes what is exported, as JSON over HTTP. */
class Collector implements AsyncDisposable {
  readonly #exports: Export[] = [];
  readonly #server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      this.#exports.push(await request.json());
      return Response.json({});
    },
  );

  /** What a program has to find in its environment. */
  get env(): Record<string, string> {
    return {
      OTEL_DENO: "true",
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${this.#server.addr.port}`,
    };
  }

  /** All spans. */
  get spans(): readonly Span[] {
    return this.#scoped.flatMap(({ spans = [] }) => spans);
  }

  /** What the client itself has sent. */
  get ofClient(): readonly Scoped[] {
    return this.#scoped.filter(({ scope }) =>
      scope?.name === "@etcdeno/client"
    );
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#server.shutdown();
  }

  get #scoped(): readonly Scoped[] {
    return this.#exports.flatMap(({ resourceSpans, resourceMetrics }) => [
      ...(resourceSpans ?? []).flatMap(({ scopeSpans }) => scopeSpans),
      ...(resourceMetrics ?? []).flatMap(({ scopeMetrics }) => scopeMetrics),
    ]);
  }
}

function toObject(attributes: readonly Attribute[]): Record<string, unknown> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [key, Object.values(value)[0]]),
  );
}

function methodOf(attributes: Readonly<Record<string, unknown>>): string {
  return String(attributes["rpc.method"]);
}

for (const transport of TRANSPORT_NAMES) {
  Deno.test(`Deno's exporter sends a client's spans and metrics over ${transport} (OTEL_DENO=true)`, async () => {
    await using collector = new Collector();
    await using server = await FakeServer.start();
    let reads = 0;
    const parents: unknown[] = [];
    server.handle(methods.kv.range.path, ({ headers }) => {
      parents.push(headers["traceparent"]);
      return reads++ === 0
        ? new FakeStatus(14, "etcdserver: no leader")
        : new Uint8Array();
    });
    server.handleStream(methods.election.observe.path, async (stream) => {
      parents.push(stream.headers["traceparent"]);
      for await (const _ of stream.messages);
      stream.send(LEADER.encode({ kv: { key: Uint8Array.of(1) } }));
      await new Promise(() => {});
    });
    const { code, errors } = await run(
      `
      await using client = new Client({
        endpoints: "${server.endpoint}",
        transport: "${transport}",
      });
      await client.get("hidden-key");
      await client.put("hidden-key", "hidden-value").catch(() => {});
      for await (const _ of client.election.observe("hidden-name")) break;
    `,
      { env: collector.env },
    );
    assertEquals([code, errors], [0, ""]);
    const spans = collector.ofClient.flatMap(({ spans = [] }) => spans);
    assertEquals(
      spans.map(({ name, kind, status, events }) => ({
        name,
        kind,
        error: status?.code === ERROR_STATUS,
        events: events.map(({ name }) => name),
      })),
      [
        {
          name: "etcdserverpb.KV/Range",
          kind: CLIENT_KIND,
          error: false,
          events: ["retry"],
        },
        {
          name: "etcdserverpb.KV/Put",
          kind: CLIENT_KIND,
          error: true,
          events: [],
        },
        {
          name: "v3electionpb.Election/Observe",
          kind: CLIENT_KIND,
          error: false,
          events: [],
        },
      ],
    );
    const common = {
      "rpc.system.name": "grpc",
      "server.address": "127.0.0.1",
      "server.port": new URL(server.endpoint).port,
    };
    const get = {
      ...common,
      "rpc.method": "etcdserverpb.KV/Range",
      "rpc.status_code": "OK",
    };
    const put = {
      ...common,
      "rpc.method": "etcdserverpb.KV/Put",
      "rpc.status_code": "UNIMPLEMENTED",
      "error.type": "UNIMPLEMENTED",
    };
    const observe = {
      ...common,
      "rpc.method": "v3electionpb.Election/Observe",
      "rpc.status_code": "CANCELLED",
    };
    const text = ({ attributes }: Span | Point) =>
      Object.fromEntries(
        Object.entries(toObject(attributes)).map(([k, v]) => [k, String(v)]),
      );
    assertEquals<unknown>(spans.map(text), [
      { ...get, "etcdeno.call.attempts": "2" },
      {
        ...put,
        "etcdeno.call.attempts": "1",
        "etcdeno.error.code": "unsupported",
      },
      { ...observe, "etcdeno.call.attempts": "1" },
    ]);

    // The server is told of the call: over grpc-js, where Deno makes spans of the
    // requests of `node:http2`, of those, which are parts of the call. That of a
    // stream comes last.
    const [read, , stream] = spans;
    assert(read && stream);
    const told = (span: Span) => `00-${span.traceId}-${span.spanId}-01`;
    const requestsOf = (call: Span) =>
      collector.spans.filter(({ parentSpanId }) =>
        parentSpanId === call.spanId
      );
    assertEquals(
      parents,
      transport === "http2"
        ? [told(read), told(read), told(stream)]
        : [...requestsOf(read), ...requestsOf(stream)].map(told),
    );

    const metrics = collector.ofClient.flatMap(({ metrics = [] }) => metrics);
    const named = (name: string) =>
      metrics.findLast((one) => one.name === name);
    const durations = named("rpc.client.call.duration");
    assertStrictEquals(durations?.unit, "s");
    const points = durations?.histogram?.dataPoints.map((point) => ({
      ...text(point),
      count: Number(point.count),
    })).sort((a, b) => methodOf(a) < methodOf(b) ? -1 : 1);
    assertEquals<unknown>(
      points,
      [put, get, observe].map((call) => ({ ...call, count: 1 })),
    );
    const events = named("etcdeno.client.events")?.sum?.dataPoints.map((
      point,
    ) => toObject(point.attributes)["etcdeno.event.type"]);
    assertEquals(
      new Set(events),
      new Set(["connecting", "ready", "retry", "closed"]),
    );
    assert(!JSON.stringify(collector.ofClient).includes("hidden"));
  });
}
