/** The search for the endpoints of `srv://example.com` in DNS. */
export interface DnsOptions {
  /**
   * The IP address of the name server to ask. The port is 53 unless given.
   *
   * @default {the system's}
   */
  readonly nameServer?:
    | { readonly hostname: string; readonly port?: number | undefined }
    | undefined;
  /**
   * The records that count:
   *
   * - `ssl`: `_etcd-client-ssl._tcp`, reached by TLS;
   * - `plain`: `_etcd-client._tcp`, reached without TLS;
   * - `both`: those of `ssl`; if the domain has none, those of `plain`. A domain
   *   that once had records of `ssl` never falls back.
   *
   * With `auth`, a client that uses TLS takes `ssl` only.
   *
   * @default {"ssl" where TLS is set up, else "both"}
   */
  readonly records?: "ssl" | "plain" | "both" | undefined;
  /** The time between two look-ups, in milliseconds. @default {30000} */
  readonly refreshIntervalMs?: number | undefined;
}
