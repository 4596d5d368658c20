/** The programs of one etcd version, as absolute paths. */
export interface EtcdBinaries {
  /** Full version of the server, such as `3.5.16`. */
  readonly version: string;
  /** The server. */
  readonly etcd: string;
  /** The `etcdctl` of the same series, where there is one. */
  readonly etcdctl: string | undefined;
  /** The `etcdutl` of the same series; etcd has it since 3.5. */
  readonly etcdutl: string | undefined;
  /** The place the server was found in, in words. */
  readonly source: string;
}
