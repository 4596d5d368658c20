import { assert } from "@std/assert";
import { getHeapSpaceStatistics } from "node:v8";
import type { Stream } from "../../../../../balancers/http2/streams/_stream.ts";
import { Streams } from "../../../../../balancers/http2/streams/_streams.ts";

const MIB = 1_048_576;
const AT_ONCE = 64;

Deno.test("Streams lets calls that have ended go with the next collection", () => {
  const streams = new Streams();
  const open = () => {
    // As large as a call with all that belongs to it.
    const stream = { id: 0, state: new Array(30).fill(0) };
    streams.open(stream as unknown as Stream);
    return stream as unknown as Stream;
  };
  // Watches stay, so what holds them grows old.
  for (let count = 0; count < 8; count++) open();
  for (let count = 0; count < 100_000; count++) new Array(100).fill(count);
  const before = oldBytes();
  let most = 0;
  for (let round = 0; round < 3_000; round++) {
    const calls = Array.from({ length: AT_ONCE }, open);
    for (const call of calls) streams.close(call);
    most = Math.max(most, oldBytes() - before);
  }
  assert(most < 4 * MIB, `${most} bytes outlived two collections`);
});

/** The bytes of what has outlived two collections, and of what it refers to. */
function oldBytes(): number {
  return getHeapSpaceStatistics()
    .find(({ space_name }) => space_name === "old_space")
    ?.space_used_size ?? NaN;
}
