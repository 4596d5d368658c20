/** Options of every step of the search. */
export interface FetchOptions {
  /** Called with a line of text for each step that takes time. */
  readonly onProgress?: ((line: string) => void) | undefined;
  /** Ends the search. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of `findEtcd()`. */
export interface FindOptions extends FetchOptions {
  /**
   * The series, as `3.5`, or the version, as `3.6.1`.
   *
   * @default {The variable ETCD_VERSION, else "3.5"}
   */
  readonly version?: string | undefined;
}
