/** TLS settings. */
export interface TlsOptions {
  /** Certificates of the authorities to trust, PEM. @default {the system's} */
  readonly ca?: string | Uint8Array | undefined;
  /** The client's certificate chain, PEM, its own certificate first. */
  readonly cert?: string | Uint8Array | undefined;
  /** The private key of that certificate, PEM, without a passphrase. */
  readonly key?: string | Uint8Array | undefined;
  /**
   * The name the servers' certificates must be for: one for all endpoints, or
   * a function of the endpoint.
   *
   * @default {each endpoint's own host}
   */
  readonly serverName?:
    | string
    | ((endpoint: string) => string | undefined)
    | undefined;
}

/** Gives the TLS settings for a new connection, such as from renewed files. */
export type TlsProvider = () => TlsOptions | Promise<TlsOptions>;
