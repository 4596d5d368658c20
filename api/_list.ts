import type { CallOptions } from "./call_options.ts";
import { checkCount } from "./_checks.ts";
import type { KeyValue } from "./key_value.ts";
import { bounds, type Key, keyAfter, type KeyRange } from "./keys.ts";
import type { ListOptions, RangeOptions, RangeResult } from "./kv_types.ts";

const FIRST_PAGE = 1_000;
const LARGEST_PAGE = 10_000;
// A page is read into memory whole: aim at what is neither many round trips
// nor many megabytes.
const SMALL_PAGE_BYTES = 512 * 1024;
const LARGE_PAGE_BYTES = 2 * 1024 * 1024;

/** Reads one page. */
export type ReadPage = (
  range: KeyRange | Key,
  options: RangeOptions & CallOptions,
) => Promise<RangeResult>;

/** Reads a range page by page at one revision, each page when it is needed. */
export function listPages(
  keyOrRange: Key | KeyRange,
  { pageSize, ...options }: ListOptions & CallOptions,
  read: ReadPage,
): AsyncGenerator<KeyValue, void, undefined> {
  // Checked here, not at the first step of the iteration.
  const { rangeEnd } = bounds(keyOrRange);
  const limit = checkCount("pageSize", pageSize ?? FIRST_PAGE);
  return pages(keyOrRange, rangeEnd, { ...options, limit }, read);
}

async function* pages(
  keyOrRange: Key | KeyRange,
  rangeEnd: Uint8Array | undefined,
  { limit, ...options }: ListOptions & CallOptions & { limit: number },
  read: ReadPage,
): AsyncGenerator<KeyValue, void, undefined> {
  let page = await read(keyOrRange, { ...options, limit });
  const revision = options.revision || page.header.revision;
  for (;;) {
    yield* page.kvs;
    const last = page.kvs.at(-1);
    if (!page.more || last === undefined || rangeEnd === undefined) return;
    limit = nextLimit(limit, page.kvs);
    const rest: KeyRange = {
      kind: "range",
      start: keyAfter(last.key),
      end: rangeEnd,
    };
    page = await read(rest, { ...options, revision, limit });
  }
}

function nextLimit(limit: number, kvs: readonly KeyValue[]): number {
  const bytes = kvs.reduce(
    (sum, kv) => sum + kv.key.length + kv.value.length,
    0,
  );
  if (bytes > LARGE_PAGE_BYTES) return Math.max(Math.floor(limit / 2), 1);
  if (bytes < SMALL_PAGE_BYTES) return Math.min(limit * 2, LARGEST_PAGE);
  return limit;
}
