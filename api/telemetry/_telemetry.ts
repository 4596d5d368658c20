import {
  type Attributes,
  context,
  type Counter,
  createNoopMeter,
  type Histogram,
  metrics,
  propagation,
  ProxyTracer,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from "@opentelemetry/api";
import type { Clock, Headers } from "../../balancers/transport/mod.ts";
import { GRPC_CODE, grpcCodeName } from "../../errors/codes.ts";
import { type Attempt, EtcdError } from "../../errors/etcd_error.ts";
import type { CallTrace } from "../call/mod.ts";
import type { ClientEvent } from "../events.ts";

/** The failure of a call. */
interface Failure {
  /** The error it was rejected with. */
  readonly error: unknown;
  /** Whether the caller's signal was aborted by then. */
  readonly aborted: boolean;
}

/** The record of one call, or of one stream. */
export interface CallRecord extends CallTrace {
  /** Runs a task as part of the call. */
  run<T>(task: () => T): T;
  /** Ends the record; what follows after that does not count. */
  end(failure?: Failure): void;
  /** Ends the record of a stream that nobody needs any more. */
  leave(): void;
}

/** Spans and metrics of a client. */
export interface Telemetry {
  /** Begins the record of a call or stream; `path` as `/etcdserverpb.KV/Range`. */
  begin(path: string): CallRecord;
  /** Counts an event. */
  count(event: ClientEvent): void;
}

const SCOPE = "@etcdeno/client";
const CONVENTIONS = { schemaUrl: "https://opentelemetry.io/schemas/1.45.0" };
const SYSTEM: Attributes = { "rpc.system.name": "grpc" };
// The bounds that the convention names, in seconds.
const BOUNDARIES = [
  ...[0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75],
  ...[1, 2.5, 5, 7.5, 10],
];

/**
 * Finds OpenTelemetry, if this process has set it up; if not, telemetry costs
 * nothing. Names follow its conventions for RPC, version 1.45, the first one in
 * which they are stable.
 */
export function findTelemetry(
  clock: Pick<Clock, "now">,
): Telemetry | undefined {
  const tracer = trace.getTracerProvider().getTracer(
    SCOPE,
    undefined,
    CONVENTIONS,
  );
  const meter = metrics.getMeter(SCOPE, undefined, CONVENTIONS);
  const traced = !(tracer instanceof ProxyTracer);
  const measured = meter.constructor !== createNoopMeter().constructor;
  if (!traced && !measured) return undefined;
  const durations = meter.createHistogram("rpc.client.call.duration", {
    description: "Measures the duration of an outgoing gRPC call.",
    unit: "s",
    advice: { explicitBucketBoundaries: BOUNDARIES },
  });
  const events = meter.createCounter("etcdeno.client.events", {
    description: "What has happened inside the client, as told to onEvent.",
    unit: "{event}",
  });
  return {
    begin: (path) =>
      new Recording(path.slice(1), {
        tracer: traced ? tracer : undefined,
        durations,
        clock,
      }),
    count: (event) => count(events, event),
  };
}

interface RecordingParts {
  /** Makes spans; missing if nobody wants them. */
  readonly tracer: Tracer | undefined;
  readonly durations: Histogram;
  readonly clock: Pick<Clock, "now">;
}

class Recording implements CallRecord {
  readonly headers: Headers | undefined;
  readonly #method: string;
  readonly #parts: RecordingParts;
  readonly #span: Span | undefined;
  readonly #startedAt: number;
  #endpoint: string | undefined;
  #attempts = 1;
  #ended = false;

  constructor(method: string, parts: RecordingParts) {
    this.#method = method;
    this.#parts = parts;
    this.#startedAt = parts.clock.now();
    this.#span = parts.tracer?.startSpan(method, {
      kind: SpanKind.CLIENT,
      attributes: { ...SYSTEM, "rpc.method": method },
    });
    this.headers = this.#span && headersOf(this.#span);
  }

  run<T>(task: () => T): T {
    const span = this.#span;
    return span === undefined
      ? task()
      : context.with(trace.setSpan(context.active(), span), task);
  }

  retried(attempt: Attempt): void {
    this.#attempts++;
    this.#endpoint = attempt.endpoint;
    this.#failed("retry", attempt);
  }

  failedBeside(attempt: Attempt): void {
    this.#failed("hedge failed", attempt);
  }

  hedged(endpoint: string): void {
    this.#attempts++;
    this.#span?.addEvent("hedge", serverOf(endpoint));
  }

  answered(endpoint: string): void {
    this.#endpoint = endpoint;
  }

  #failed(name: string, { endpoint, code, durationMs }: Attempt): void {
    this.#span?.addEvent(name, {
      ...serverOf(endpoint),
      "etcdeno.error.code": code,
      "etcdeno.attempt.duration": durationMs / 1_000,
    });
  }

  end(failure?: Failure): void {
    this.#end({ ...outcomeOf(failure), failed: failure !== undefined });
  }

  leave(): void {
    this.#end({ status: GRPC_CODE.canceled, failed: false });
  }

  #end({ status, error, failed }: Outcome & { readonly failed: boolean }) {
    if (this.#ended) return;
    this.#ended = true;
    const attributes: Attributes = {
      ...serverOf(error?.endpoint ?? this.#endpoint),
      "rpc.status_code": grpcCodeName(status),
    };
    if (failed) attributes["error.type"] = grpcCodeName(status);
    const { durations, clock } = this.#parts;
    durations.record((clock.now() - this.#startedAt) / 1_000, {
      ...SYSTEM,
      "rpc.method": this.#method,
      ...attributes,
    });
    const span = this.#span;
    if (span === undefined) return;
    span.setAttributes(attributes);
    span.setAttribute("etcdeno.call.attempts", this.#attempts);
    if (error) span.setAttribute("etcdeno.error.code", error.code);
    if (failed) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end();
  }
}

/** W3C's `traceparent` and its like, as the process has set them up. */
function headersOf(span: Span): Headers {
  const headers: Record<string, string> = {};
  propagation.inject(trace.setSpan(context.active(), span), headers);
  return headers;
}

interface Outcome {
  readonly status: number;
  readonly error?: EtcdError;
}

function outcomeOf(failure: Failure | undefined): Outcome {
  if (failure === undefined) return { status: GRPC_CODE.ok };
  const { error, aborted } = failure;
  if (error instanceof EtcdError) return { status: error.grpcCode, error };
  return { status: aborted ? GRPC_CODE.canceled : GRPC_CODE.unknown };
}

function count(events: Counter, event: ClientEvent): void {
  events.add(1, {
    "etcdeno.event.type": event.type === "token"
      ? `token_${event.change}`
      : event.type,
    ...serverOf("endpoint" in event ? event.endpoint : undefined),
  });
}

/** The attributes of an endpoint: a host and its port, or a socket's path. */
function serverOf(endpoint: string | undefined): Attributes {
  if (endpoint === undefined) return {};
  const rest = endpoint.slice(endpoint.indexOf("://") + 3);
  const match = /^\[?([^/]*?)\]?:(\d+)$/.exec(rest);
  return match === null ? { "server.address": rest } : {
    "server.address": match[1],
    "server.port": Number(match[2]),
  };
}
