import type { FetchOptions } from "./find_options.ts";

/** A place servers can be fetched from. */
export interface Fetcher {
  readonly name: string;
  /**
   * Puts `etcd`, and what else it has, into a directory; resolves to where
   * they came from, in words.
   */
  fetch(
    wanted: string,
    directory: string,
    options: FetchOptions,
  ): Promise<string>;
}

/** A search under way. */
export interface Search {
  readonly wanted: string;
  /** A line for each place that has no such server. */
  readonly reasons: string[];
}

/** Places that the search looks at; tests bring their own. */
export interface SearchPlaces {
  variable(name: string): string | undefined;
  readonly fetchers: readonly Fetcher[];
}
