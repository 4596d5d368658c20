import { EtcdError } from "../../errors/etcd_error.ts";
import { FutureRevisionError } from "../../errors/specific_errors.ts";
import { type CallOptions, keptHeaders } from "../call/mod.ts";
import { checkCount } from "../checks/mod.ts";
import {
  between,
  type EtcdRange,
  type Key,
  keyAfter,
  type KeyRange,
  type KeyValue,
  ownBounds,
} from "../values/mod.ts";
import type {
  ListOptions,
  RangeOptions,
  RangeResult,
  RevisionFilter,
} from "./types.ts";

// The size of the values is not known yet: each may have more than a MiB.
const FIRST_PAGE = 16;
const LARGEST_PAGE = 20_000;
// Later keys may be larger than those so far, so pages grow step by step.
const GROWTH = 8;
// A page is read into memory whole. Small pages cost more: for each, etcd counts
// all keys that are left, which takes 0.2 s for a million.
const PAGE_BYTES = 2 * 1024 * 1024;
// The memory a key takes besides its own bytes and its value's.
const KEY_BYTES = 64;

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

/** The functions that read the pages of a list. */
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
  const range = ownBounds(keyOrRange);
  const limit = checkCount("pageSize", pageSize ?? FIRST_PAGE);
  return pages(range, { ...keptHeaders(options), limit }, readers);
}

async function* pages(
  range: EtcdRange,
  { limit, ...options }: ListOptions & CallOptions & { limit: number },
  readers: PageReaders,
): AsyncGenerator<KeyValue, void, undefined> {
  const { rangeEnd } = range;
  let page = await readers.page(between(range), { ...options, limit });
  const revision = options.revision || page.header.revision;
  let rest = isFiltered(options) ? undefined : readers.rest;
  for (;;) {
    // First of all, as the user may write to the keys given.
    let left = rangeBehind(page.kvs, rangeEnd);
    // Not `yield*`: it would make some promises more for each key.
    for (const kv of page.kvs) yield kv;
    if (!page.more || left === undefined) return;
    limit = nextLimit(limit, page.kvs);
    if (rest !== undefined) {
      try {
        for await (const kvs of rest(left, { ...options, revision })) {
          left = rangeBehind(kvs, rangeEnd) ?? left;
          for (const kv of kvs) yield kv;
        }
        return;
      } catch (error) {
        if (!isForPages(error)) throw error;
        rest = undefined;
      }
    }
    page = await readNextPage(readers, left, { ...options, revision, limit });
  }
}

/** Reads a page at the first one's revision, which a member may not have yet. */
async function readNextPage(
  { page }: PageReaders,
  range: KeyRange,
  options: RangeOptions & CallOptions,
): Promise<RangeResult> {
  try {
    return await page(range, options);
  } catch (error) {
    if (!options.serializable) throw error;
    if (!(error instanceof FutureRevisionError)) throw error;
    // Now the member answers when it has caught up.
    return await page(range, { ...options, serializable: false });
  }
}

/** The part of a range behind these keys; nothing if there are none. */
function rangeBehind(
  kvs: readonly KeyValue[],
  end: Uint8Array | undefined,
): KeyRange | undefined {
  const last = kvs.at(-1);
  if (last === undefined || end === undefined) return undefined;
  return { kind: "range", start: keyAfter(last.key), end };
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

/** Whether pages may succeed where the stream of parts has failed. */
function isForPages(error: unknown): boolean {
  return error instanceof EtcdError &&
    (error.code === "unsupported" || error.code === "future_revision" ||
      error.retryable);
}

/** The number of keys that fit in a page, if they are like those so far. */
function nextLimit(limit: number, kvs: readonly KeyValue[]): number {
  const bytes = kvs.reduce(
    (sum, { key, value }) => sum + key.length + value.length + KEY_BYTES,
    0,
  );
  const fitting = Math.floor(PAGE_BYTES * kvs.length / bytes);
  return Math.max(Math.min(fitting, limit * GROWTH, LARGEST_PAGE), 1);
}
