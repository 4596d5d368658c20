// The table of `deno task test:servers`, from what its tests have written.
import { assertEquals } from "@std/assert";
import {
  readCells,
  serversSummary,
  serversTable,
} from "../../../../tools/tasks/_servers.ts";

function cell(columnAt: number, rowAt: number, text: string): string {
  const column = `c${columnAt}`;
  const setup = `setup ${columnAt}`;
  const title = `r${rowAt}`;
  const version = `1.${columnAt}`;
  const of = 4;
  const line = { column, columnAt, setup, version, title, rowAt, text, of };
  return `${JSON.stringify(line)}\n`;
}

Deno.test("serversTable() has a column for each server, whatever the order of the tests", () => {
  const report = cell(1, 0, "b") + cell(0, 1, "c") + cell(1, 1, "d") +
    cell(0, 0, "a");
  assertEquals(
    serversTable(readCells(report)),
    `|        | c0 1.0  | c1 1.1  |
| ------ | ------- | ------- |
| set up | setup 0 | setup 1 |
| r0     | a       | b       |
| r1     | c       | d       |
`,
  );
});

Deno.test("serversSummary() says what the table was measured with, and not when", () => {
  const runtime = {
    client: "1.2.3",
    deno: "2.9.6",
    system: "linux x86_64",
    cpus: 2,
  };
  const cells = readCells(cell(0, 0, "a"));
  assertEquals(
    serversSummary(cells, runtime),
    `Client 1.2.3 · Deno 2.9.6 · linux x86_64 with 2 processors

${serversTable(cells)}`,
  );
});
