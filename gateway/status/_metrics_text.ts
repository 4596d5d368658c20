import type { EndpointStatus, GatewaySnapshot } from "../view.ts";

type Sample = readonly [labels: Labels, value: number];
type Labels = Readonly<Record<string, string | number>>;

/** A metric: one figure of the gateway, or one of each endpoint. */
interface Metric {
  readonly name: string;
  readonly kind: "gauge" | "counter";
  readonly about: string;
  samples(snapshot: GatewaySnapshot): readonly Sample[];
}

const METRICS: readonly Metric[] = [
  {
    name: "connections_open",
    kind: "gauge",
    about: "Client connections open now.",
    samples: ({ open }) => [[{}, open]],
  },
  {
    name: "connections_total",
    kind: "counter",
    about: "Client connections accepted.",
    samples: ({ accepted }) => [[{}, accepted]],
  },
  {
    name: "connections_failed_total",
    kind: "counter",
    about: "Client connections closed without having been passed on.",
    samples: ({ failed }) => [[{}, failed]],
  },
  {
    name: "endpoint_active",
    kind: "gauge",
    about: "Whether new connections may go to the endpoint.",
    samples: ofEach(({ state }) => state === "active" ? 1 : 0),
  },
  {
    name: "endpoint_connections_open",
    kind: "gauge",
    about: "Connections passed on to the endpoint now.",
    samples: ofEach(({ open }) => open),
  },
  {
    name: "endpoint_connections_total",
    kind: "counter",
    about: "Connections passed on to the endpoint.",
    samples: ofEach(({ connections }) => connections),
  },
  {
    name: "endpoint_dials_failed_total",
    kind: "counter",
    about: "Dials of the endpoint for a client that failed.",
    samples: ofEach(({ failedDials }) => failedDials),
  },
  {
    name: "endpoint_received_bytes_total",
    kind: "counter",
    about: "Bytes from clients to the endpoint.",
    samples: ofEach(({ bytesToMember }) => bytesToMember),
  },
  {
    name: "endpoint_sent_bytes_total",
    kind: "counter",
    about: "Bytes from the endpoint to clients.",
    samples: ofEach(({ bytesToClient }) => bytesToClient),
  },
];

/** The figures of a gateway in Prometheus' text form. */
export function metricsText(snapshot: GatewaySnapshot): string {
  return METRICS.map((metric) => metricLines(metric, snapshot)).join("") +
    dialTimes(snapshot.endpoints);
}

function ofEach(
  value: (status: EndpointStatus) => number,
): (snapshot: GatewaySnapshot) => readonly Sample[] {
  return ({ endpoints }) =>
    endpoints.map((status) => [{ endpoint: status.endpoint }, value(status)]);
}

function metricLines(metric: Metric, snapshot: GatewaySnapshot): string {
  const lines = metric.samples(snapshot).map((sample) =>
    sampleLine(metric.name, sample)
  );
  return header(metric) + lines.join("");
}

function dialTimes(endpoints: readonly EndpointStatus[]): string {
  const name = "dial_duration_seconds";
  const about = "Time of the dials that succeeded.";
  const lines = endpoints.flatMap(({ endpoint, dialTime }) => [
    ...dialTime.buckets.map(({ le, count }) =>
      sampleLine(`${name}_bucket`, [{ endpoint, le }, count])
    ),
    sampleLine(`${name}_bucket`, [{ endpoint, le: "+Inf" }, dialTime.count]),
    sampleLine(`${name}_sum`, [{ endpoint }, dialTime.sumSeconds]),
    sampleLine(`${name}_count`, [{ endpoint }, dialTime.count]),
  ]);
  return header({ name, kind: "histogram", about }) + lines.join("");
}

function header({ name, kind, about }: {
  readonly name: string;
  readonly kind: string;
  readonly about: string;
}): string {
  return `# HELP etcd_gateway_${name} ${about}\n` +
    `# TYPE etcd_gateway_${name} ${kind}\n`;
}

function sampleLine(name: string, [labels, value]: Sample): string {
  const pairs = Object.entries(labels).map(([key, text]) =>
    `${key}="${escaped(String(text))}"`
  );
  const set = pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
  return `etcd_gateway_${name}${set} ${value}\n`;
}

/** The value of a label: only these have an escape, others spoil the page. */
function escaped(text: string): string {
  return text.replace(/[\\"]/g, "\\$&").replaceAll("\n", "\\n");
}
