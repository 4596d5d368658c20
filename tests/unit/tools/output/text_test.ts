// Text for people.
import { assertEquals } from "@std/assert";
import { duration, minutes, wrap } from "../../../../tools/output/_text.ts";

Deno.test("duration() needs six columns at most", () => {
  const expected: readonly (readonly [number, string])[] = [
    [0.4, "<1 ms"],
    [0.5, "1 ms"],
    [999.4, "999 ms"],
    [999.5, "1.00 s"],
    [1_004.9, "1.00 s"],
    [9_994, "9.99 s"],
    [9_996, "10.0 s"],
    [99_949, "99.9 s"],
    [99_951, "100 s"],
  ];
  for (const [ms, text] of expected) assertEquals(duration(ms), text);
});

Deno.test("minutes() speaks of seconds below one minute", () => {
  assertEquals(
    [0, 59.4, 59.6, 60, 61, 125].map(minutes),
    ["0 s", "59 s", "1 min", "1 min", "1 min 1 s", "2 min 5 s"],
  );
});

Deno.test("wrap() indents by its lead and keeps line breaks", () => {
  assertEquals(
    wrap("one two three\nfour unbreakable", { width: 9, lead: " - " }),
    [" - one", "   two", "   three", "   four", "   unbreakable"],
  );
});
