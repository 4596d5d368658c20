import type { BalancerName } from "../../balancers/by_name.ts";
import type { BalancerFactory } from "../../balancers/strategy.ts";
import type { AuthOptions, Interceptor, RequestHeaders } from "../call/mod.ts";
import type { DnsOptions } from "../endpoints/mod.ts";
import type { TlsOptions, TlsProvider } from "../tls/mod.ts";
import type { BatchMode } from "../batch/mod.ts";
import type { ClientEvent } from "../events.ts";

/** HTTP/2 pings, sent while a call or stream is open. */
export interface KeepAliveOptions {
  /** The silence after which a connection is pinged, in milliseconds. */
  readonly timeMs: number;
  /** The time that the answer to a ping may take, in milliseconds. */
  readonly timeoutMs: number;
}

/** Options of a client. */
export interface ClientOptions {
  /**
   * The endpoints of the members: `http://10.0.0.1:2379`, `https://…`, `host:port`,
   * `[::1]:2379`, `unix:///run/etcd.sock`. Without a scheme, TLS is used if
   * and only if `tls` is given. Without a port, 2379 is used.
   *
   * `srv://example.com` stands for the endpoints in the DNS records
   * `_etcd-client-ssl._tcp.example.com` (with TLS) or
   * `_etcd-client._tcp.example.com` (without), see `dns.records`.
   *
   * With `auth`, an endpoint without TLS is refused if `tls` is given or if
   * another endpoint is reached by TLS: it would get the password or token in
   * plain text. Unix sockets are allowed.
   *
   * All endpoints must be of one cluster: the one that answers first. A call
   * that another cluster answers fails with a `ClusterMismatchError`, and that
   * endpoint is not used any more. If the last endpoint is refused in this way,
   * the cluster was replaced: all are used again.
   */
  readonly endpoints: string | readonly string[];
  /** The balancer strategy, by name or as a factory. @default {"grpc1.23"} */
  readonly balancer?: BalancerName | BalancerFactory | undefined;
  /**
   * The transport that carries the calls: `"http2"` is this client's own,
   * `"grpc-js"` the npm package `@grpc/grpc-js`, which has to be installed on
   * Node and Bun. Both do the same; the first one costs a fraction of the CPU
   * time.
   *
   * @default {"http2"}
   */
  readonly transport?: "http2" | "grpc-js" | undefined;
  /**
   * The time one attempt to connect may take in milliseconds, TLS and the
   * server's HTTP/2 settings included. With `grpc1.7` also the time an endpoint
   * stays on the unhealthy list, but at least 3 s.
   *
   * @default {5000}
   */
  readonly dialTimeoutMs?: number | undefined;
  /**
   * HTTP/2 pings while a call or stream is open; `false` for none. etcd closes
   * a connection with pings less than 5 s apart, so shorter intervals are
   * refused. If a server still finds them too many, the time between pings
   * doubles. `grpc1.0` has no pings and refuses the option.
   *
   * @default {{ timeMs: 10000, timeoutMs: 3000 }, none with "grpc1.0"}
   */
  readonly keepAlive?: KeepAliveOptions | false | undefined;
  /**
   * The time a unary call may take in milliseconds, repetitions included;
   * `false` for no limit. A call can name its own.
   *
   * @default {30000}
   */
  readonly requestTimeoutMs?: number | false | undefined;
  /**
   * Whether calls made at once share a request. With `"reads"`, gets of a
   * single key do; with `"all"`, puts and deletes as well. See `Kv.batched()`.
   *
   * @default {"off"}
   */
  readonly batch?: BatchMode | undefined;
  /**
   * The user, or the token, that the client sends. Not needed if the server
   * takes the user's name from the certificate in `tls`.
   *
   * @default {nobody: auth is off}
   */
  readonly auth?: AuthOptions | undefined;
  /**
   * TLS settings, for `https` endpoints. A function is called before each new
   * connection, within the time for connecting. So renewed certificates need no
   * new client.
   */
  readonly tls?: TlsOptions | TlsProvider | undefined;
  /** The settings of the search for endpoints in DNS. */
  readonly dns?: DnsOptions | undefined;
  /**
   * The time between two calls of `Client.syncEndpoints()`, in milliseconds,
   * once the client is used. If one fails, `onEvent` is told.
   *
   * @default {never}
   */
  readonly autoSyncIntervalMs?: number | undefined;
  /**
   * Headers of all requests and streams, by lower-case name, such as those that
   * a proxy in front of etcd wants: at most 8192 bytes of printable ASCII. Those
   * with a meaning of their own, such as `token` and `grpc-timeout`, are refused.
   * Questions that a balancer asks by itself go without.
   *
   * @default {none}
   */
  readonly headers?: RequestHeaders | undefined;
  /**
   * Runs around each attempt of each call, and around each stream: see
   * {@linkcode Interceptor}. What it throws fails the call.
   *
   * @default {none, which costs nothing}
   */
  readonly interceptor?: Interceptor | undefined;
  /**
   * Called with what happens inside the client, as it happens: connections, the
   * strategy's choice, repetitions, tokens, watches that go on, leases that are
   * lost. `JSON.stringify` takes every event.
   *
   * An error that the function throws, or that its promise is rejected with,
   * changes nothing in the client. It becomes a warning of the process, an
   * `EtcdWarning`: printed on the standard error output, and told to listeners
   * of `process.on("warning")`.
   *
   * @default {no events are made}
   */
  readonly onEvent?: ((event: ClientEvent) => void) | undefined;
}
