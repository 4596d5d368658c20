/** What every step of the search is given. */
export interface FetchOptions {
  /** Called with a line of text for each step that takes time. */
  readonly onProgress?: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** Options of `findEtcd()`. */
export interface FindOptions extends FetchOptions {
  /**
   * A series as `3.5`, or a version as `3.6.1`.
   *
   * @default {The variable ETCD_VERSION, else "3.5"}
   */
  readonly version?: string;
}
