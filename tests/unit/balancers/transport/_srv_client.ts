import { Client, type ClientOptions } from "../../../../mod.ts";
import type { DnsServer } from "../../../harness/fake/dns_server.ts";
import type { FakeServer } from "../../../harness/mod.ts";

/** The name of the records without TLS. */
export const PLAIN = "_etcd-client._tcp.example.com";

/** A client of the domain, which asks that name server. */
export function clientOf(
  { port }: DnsServer,
  { dns, ...options }: Partial<ClientOptions> = {},
): Client {
  const nameServer = { hostname: "127.0.0.1", port };
  return new Client({
    endpoints: "srv://example.com",
    dialTimeoutMs: 10_000,
    requestTimeoutMs: 20_000,
    dns: { nameServer, refreshIntervalMs: 20, ...dns },
    ...options,
  });
}

/** The record of a server, by its name. */
export function recordOf(
  { endpoint }: FakeServer,
): { readonly target: string; readonly port: number } {
  return { target: "localhost", port: Number(new URL(endpoint).port) };
}

/** The endpoints it has now. */
export function urls(client: Client): readonly string[] {
  return client.balancer.endpoints.map(({ endpoint }) => endpoint);
}
