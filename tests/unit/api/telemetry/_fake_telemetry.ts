import {
  type Attributes,
  type Context,
  context,
  createNoopMeter,
  type Meter,
  metrics,
  ROOT_CONTEXT,
  type Span,
  type SpanKind,
  type SpanStatus,
  trace,
  type Tracer,
} from "@opentelemetry/api";

/** A span as an exporter would have it. */
export interface KeptSpan {
  readonly name: string;
  readonly kind: SpanKind | undefined;
  readonly attributes: Attributes;
  readonly events: { readonly name: string; readonly attributes: unknown }[];
  status: SpanStatus | undefined;
  ended: number;
}

/** One measurement. */
export interface Measured {
  readonly name: string;
  readonly value: number;
  readonly attributes: Attributes;
}

/** What a process that has set OpenTelemetry up would export. */
export class FakeTelemetry implements Disposable {
  readonly spans: KeptSpan[] = [];
  readonly measured: Measured[] = [];
  /** The span that is active now. */
  active: Span | undefined;

  constructor(parts: readonly ("traces" | "metrics")[]) {
    if (parts.includes("traces")) {
      trace.setGlobalTracerProvider({ getTracer: () => this.#tracer() });
      context.setGlobalContextManager({
        active: () => ROOT_CONTEXT,
        with: (now: Context, task, self, ...args) => {
          this.active = trace.getSpan(now);
          try {
            return task.apply(self, args);
          } finally {
            this.active = undefined;
          }
        },
        bind: (_, target) => target,
        enable() {
          return this;
        },
        disable() {
          return this;
        },
      });
    }
    if (parts.includes("metrics")) {
      metrics.setGlobalMeterProvider({ getMeter: () => this.#meter() });
    }
  }

  [Symbol.dispose](): void {
    trace.disable();
    context.disable();
    metrics.disable();
  }

  #tracer(): Tracer {
    const startSpan: Tracer["startSpan"] = (name, options = {}) => {
      const kept: KeptSpan = {
        name,
        kind: options.kind,
        attributes: { ...options.attributes },
        events: [],
        status: undefined,
        ended: 0,
      };
      this.spans.push(kept);
      return spanOf(kept);
    };
    return { startSpan } as Tracer;
  }

  #meter(): Meter {
    class FakeMeter {}
    const keep = (name: string) => (value: number, attributes: Attributes) => {
      this.measured.push({ name, value, attributes });
    };
    return Object.assign(new FakeMeter(), createNoopMeter(), {
      createHistogram: (name: string) => ({ record: keep(name) }),
      createCounter: (name: string) => ({ add: keep(name) }),
    }) as unknown as Meter;
  }
}

function spanOf(kept: KeptSpan): Span {
  const span = {
    setAttribute: (name: string, value: Attributes[string]) =>
      span.setAttributes({ [name]: value }),
    setAttributes(attributes: Attributes) {
      Object.assign(kept.attributes, attributes);
      return span;
    },
    addEvent(name: string, attributes: unknown) {
      kept.events.push({ name, attributes });
      return span;
    },
    setStatus(status: SpanStatus) {
      kept.status = status;
      return span;
    },
    end: () => {
      kept.ended++;
    },
  } as unknown as Span;
  return span;
}
