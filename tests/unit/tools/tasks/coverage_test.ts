// The last line of `deno task test:coverage`.
import { assertEquals, assertThrows } from "@std/assert";
import { allFiles } from "../../../../tools/tasks/_coverage.ts";

const SUMMARY = `| File               | Branch % | Function % | Line % |
| ------------------ | -------- | ---------- | ------ |
| errors/backoff.ts  |    100.0 |      100.0 |  100.0 |
| errors/codes.ts    |     90.0 |       80.0 |   70.0 |
| All files          |     95.0 |       90.0 |   85.5 |
`;

Deno.test("allFiles() has the sum of a coverage report in one line", () => {
  assertEquals(
    allFiles(SUMMARY),
    "coverage: 85.5 % of lines, 95.0 % of branches, 90.0 % of functions",
  );
});

Deno.test("allFiles() fails where there is no sum", () => {
  assertThrows(() => allFiles("No coverage"), Error, "Cannot find the sum");
});
