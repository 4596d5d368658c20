import type { EndpointStatus, GatewaySnapshot } from "../view.ts";

type Sample = readonly [labels: Labels, value: number];
type Labels = Readonly<Record<string, string | number>>;

/** What a gateway does, in Prometheus' text form. */
export function metricsText(snapshot: GatewaySnapshot): string {
  const { open, accepted, failed, endpoints } = snapshot;
  const each = (value: (status: EndpointStatus) => number): Sample[] =>
    endpoints.map((status) => [{ endpoint: status.endpoint }, value(status)]);
  return [
    metric("connections_open", "gauge", "Client connections open now.", [
      [{}, open],
    ]),
    metric("connections_total", "counter", "Client connections accepted.", [
      [{}, accepted],
    ]),
    metric(
      "connections_failed_total",
      "counter",
      "Client connections closed without having been passed on.",
      [[{}, failed]],
    ),
    metric(
      "endpoint_active",
      "gauge",
      "Whether new connections may go to the endpoint.",
      each(({ state }) => state === "active" ? 1 : 0),
    ),
    metric(
      "endpoint_connections_open",
      "gauge",
      "Connections passed on to the endpoint now.",
      each((status) => status.open),
    ),
    metric(
      "endpoint_connections_total",
      "counter",
      "Connections passed on to the endpoint.",
      each(({ connections }) => connections),
    ),
    metric(
      "endpoint_dials_failed_total",
      "counter",
      "Dials of the endpoint for a client that failed.",
      each(({ failedDials }) => failedDials),
    ),
    metric(
      "endpoint_received_bytes_total",
      "counter",
      "Bytes from clients to the endpoint.",
      each(({ bytesToMember }) => bytesToMember),
    ),
    metric(
      "endpoint_sent_bytes_total",
      "counter",
      "Bytes from the endpoint to clients.",
      each(({ bytesToClient }) => bytesToClient),
    ),
    dialTimes(endpoints),
  ].join("");
}

function metric(
  name: string,
  kind: "gauge" | "counter",
  about: string,
  samples: readonly Sample[],
): string {
  return header(name, kind, about) +
    samples.map(([labels, value]) => sampleLine(name, labels, value)).join("");
}

function dialTimes(endpoints: readonly EndpointStatus[]): string {
  const name = "dial_duration_seconds";
  const about = "Time of the dials that succeeded.";
  const lines = endpoints.flatMap(({ endpoint, dialTime }) => [
    ...dialTime.buckets.map(({ le, count }) =>
      sampleLine(`${name}_bucket`, { endpoint, le }, count)
    ),
    sampleLine(`${name}_bucket`, { endpoint, le: "+Inf" }, dialTime.count),
    sampleLine(`${name}_sum`, { endpoint }, dialTime.sumSeconds),
    sampleLine(`${name}_count`, { endpoint }, dialTime.count),
  ]);
  return header(name, "histogram", about) + lines.join("");
}

function header(name: string, kind: string, about: string): string {
  return `# HELP etcd_gateway_${name} ${about}\n` +
    `# TYPE etcd_gateway_${name} ${kind}\n`;
}

function sampleLine(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([key, text]) =>
    `${key}="${escaped(String(text))}"`
  );
  const set = pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
  return `etcd_gateway_${name}${set} ${value}\n`;
}

/** Only these have an escape: any other would spoil the whole page. */
function escaped(text: string): string {
  return text.replace(/[\\"]/g, "\\$&").replaceAll("\n", "\\n");
}
