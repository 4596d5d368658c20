// The calls of a cell, one mark each.
import { assertEquals } from "@std/assert";
import { strip } from "../../../../../tools/compare/report/_strip.ts";
import { marksOf } from "../html/_cells.ts";

Deno.test("strip() has a mark per call, or one for several", () => {
  assertEquals(strip(marksOf("x.x"), 30), "×·×");
  assertEquals(strip(marksOf("x.x").toReversed(), 30), "×·×");
  assertEquals(strip(marksOf("xxx...x.."), 3), "×·▒");
  assertEquals(strip(marksOf("xx..x"), 2), "×▒");
  assertEquals(strip([], 30), "");
});
