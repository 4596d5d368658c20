import { EtcdError } from "../errors/etcd_error.ts";
import { FutureRevisionError } from "../errors/specific_errors.ts";
import type { CallOptions } from "./call_options.ts";
import { checkCount } from "./_checks.ts";
import type { KeyValue } from "./key_value.ts";
import { bounds, type Key, keyAfter, type KeyRange } from "./keys.ts";
import type {
  ListOptions,
  RangeOptions,
  RangeResult,
  RevisionFilter,
} from "./kv_types.ts";

const FIRST_PAGE = 1_000;
const LARGEST_PAGE = 20_000;
// A page is read into memory whole: aim at what is neither many megabytes nor
// many pages, since etcd counts for each all keys that are left, 0.2 s for a
// million.
const SMALL_PAGE_BYTES = 1024 * 1024;
const LARGE_PAGE_BYTES = 2 * 1024 * 1024;

/** Reads one page. */
export type ReadPage = (
  range: KeyRange | Key,
  options: RangeOptions & CallOptions,
) => Promise<RangeResult>;

/** Reads a range in parts, at the revision in the options. */
export type ReadRest = (
  range: KeyRange,
  options: RangeOptions & CallOptions,
) => AsyncIterable<readonly KeyValue[]>;

/** How the pages of a list are read. */
export interface PageReaders {
  /** Reads one page. */
  readonly page: ReadPage;
  /** Reads what follows the first page, where the server can. */
  readonly rest?: ReadRest | undefined;
}

/** Reads a range page by page at one revision, each page when it is needed. */
export function listPages(
  keyOrRange: Key | KeyRange,
  { pageSize, ...options }: ListOptions & CallOptions,
  readers: PageReaders,
): AsyncGenerator<KeyValue, void, undefined> {
  // Checked here, not at the first step of the iteration.
  const { rangeEnd } = bounds(keyOrRange);
  const limit = checkCount("pageSize", pageSize ?? FIRST_PAGE);
  return pages(keyOrRange, rangeEnd, { ...options, limit }, readers);
}

async function* pages(
  keyOrRange: Key | KeyRange,
  rangeEnd: Uint8Array | undefined,
  { limit, ...options }: ListOptions & CallOptions & { limit: number },
  readers: PageReaders,
): AsyncGenerator<KeyValue, void, undefined> {
  let page = await readers.page(keyOrRange, { ...options, limit });
  const revision = options.revision || page.header.revision;
  let rest = isFiltered(options) ? undefined : readers.rest;
  for (;;) {
    yield* page.kvs;
    let last = page.kvs.at(-1);
    if (!page.more || last === undefined || rangeEnd === undefined) return;
    limit = nextLimit(limit, page.kvs);
    if (rest !== undefined) {
      try {
        const behind = rangeBehind(last, rangeEnd);
        for await (const kvs of rest(behind, { ...options, revision })) {
          yield* kvs;
          last = kvs.at(-1) ?? last;
        }
        return;
      } catch (error) {
        if (!isForPages(error)) throw error;
        rest = undefined;
      }
    }
    page = await nextPage(readers, rangeBehind(last, rangeEnd), {
      ...options,
      revision,
      limit,
    });
  }
}

/** A page at the revision of the first, which another member may not have. */
async function nextPage(
  { page }: PageReaders,
  range: KeyRange,
  options: RangeOptions & CallOptions,
): Promise<RangeResult> {
  try {
    return await page(range, options);
  } catch (error) {
    if (!options.serializable) throw error;
    if (!(error instanceof FutureRevisionError)) throw error;
    // Asked like this, it answers when it has caught up.
    return await page(range, { ...options, serializable: false });
  }
}

function rangeBehind({ key }: KeyValue, end: Uint8Array): KeyRange {
  return { kind: "range", start: keyAfter(key), end };
}

/** Whether a stream of parts is refused for these options. */
function isFiltered(options: RevisionFilter): boolean {
  return [
    options.minModRevision,
    options.maxModRevision,
    options.minCreateRevision,
    options.maxCreateRevision,
  ].some((revision) => revision !== undefined && revision !== 0n);
}

/** Whether pages may bring what the stream of parts did not. */
function isForPages(error: unknown): boolean {
  return error instanceof EtcdError &&
    (error.code === "unsupported" || error.code === "future_revision" ||
      error.retryable);
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
