// Lists of stale reads, whose pages come from members that are behind.
import { assertEquals, assertRejects } from "@std/assert";
import { listPages, type ReadRest } from "../../../../api/kv/_list.ts";
import { copyBytes, encodeBytes } from "../../../../api/values/bytes.ts";
import type { RangeOptions, RangeResult } from "../../../../mod.ts";
import { FutureRevisionError, prefix } from "../../../../mod.ts";
import { createError } from "../../../../errors/specific_errors.ts";

const KEYS = ["k1", "k2", "k3"];

function future(): Error {
  return createError("Cannot range: as the test wants it", {
    code: "future_revision",
  });
}

/** One key a page, the first of them from the member that is not behind. */
function reader() {
  const asked: (boolean | undefined)[] = [];
  let read = 0;
  const page = (
    _range: unknown,
    { serializable, revision }: RangeOptions,
  ): Promise<RangeResult> => {
    asked.push(serializable);
    if (read > 0 && serializable) return Promise.reject(future());
    const key = KEYS[read++] ?? "";
    const kv = {
      key: copyBytes(encodeBytes(key)),
      value: copyBytes(new Uint8Array()),
      createRevision: 1n,
      modRevision: 1n,
      version: 1n,
      lease: 0n,
    };
    const header = { clusterId: 1n, memberId: 1n, revision: 9n, raftTerm: 1n };
    assertEquals(revision, read > 1 ? 9n : undefined);
    return Promise.resolve({ header, kvs: [kv], more: read < 3, count: 3n });
  };
  return { page, asked };
}

Deno.test("listPages() of stale reads waits for a member that is behind the first", async () => {
  // deno-lint-ignore require-yield -- It fails before it has any.
  const behind: ReadRest = async function* () {
    throw await Promise.resolve(future());
  };
  for (const rest of [undefined, behind]) {
    const { page, asked } = reader();
    const options = { serializable: true, pageSize: 1 };
    const list = listPages(prefix("k"), options, { page, rest });
    const kvs = await Array.fromAsync(list);
    assertEquals(kvs.map(({ key }) => key.text()), KEYS);
    assertEquals(asked, [true, true, false, true, false]);
  }
});

Deno.test("listPages() passes on that the revision asked for does not exist", async () => {
  const page = () => Promise.reject(future());
  const list = listPages(prefix("k"), { serializable: true }, { page });
  await assertRejects(() => list.next(), FutureRevisionError);
});
