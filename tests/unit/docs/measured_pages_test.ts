// The pages of docs/measured/: what writes them finds its place there.
import { assertEquals, assertMatch } from "@std/assert";
import {
  BENCH_MARKS,
  FLEET_MARKS,
  STM_MARKS,
  VIEW_MARKS,
} from "../../../bench/report/mod.ts";
import { GATEWAY_MARKS } from "../../../bench/gateway/mod.ts";
import {
  type Marks,
  putBetweenMarks,
} from "../../../tools/output/_between_marks.ts";
import { MARKS as COMPARE_MARKS } from "../../../tools/compare/report/_markdown.ts";
import { RUNTIMES_MARKS } from "../../../tools/tasks/_runtimes_page.ts";
import { MARKS as SERVERS_MARKS } from "../../../tools/tasks/_servers.ts";
import { pagePaths } from "./_pages.ts";
import { ROOT } from "../support/_program.ts";

const MARKS: Readonly<Record<string, Marks>> = {
  "docs/measured/cost.md": BENCH_MARKS,
  "docs/measured/faults.md": COMPARE_MARKS,
  "docs/measured/fleet.md": FLEET_MARKS,
  "docs/measured/gateway.md": GATEWAY_MARKS,
  "docs/measured/runtimes.md": RUNTIMES_MARKS,
  "docs/measured/scale.md": BENCH_MARKS,
  "docs/measured/servers.md": SERVERS_MARKS,
  "docs/measured/stm.md": STM_MARKS,
  "docs/measured/view.md": VIEW_MARKS,
};

Deno.test("every page of docs/measured/ has the marks of what writes it, and a table", async () => {
  const paths = await pagePaths();
  const measured = paths.filter((path) => path.startsWith("docs/measured/"));
  assertEquals(measured, Object.keys(MARKS));
  for (const [path, marks] of Object.entries(MARKS)) {
    const text = await Deno.readTextFile(new URL(path, ROOT));
    const rest = putBetweenMarks(text, { marks, summary: "" });
    const rows = (page: string) =>
      page.split("\n").filter((line) => line.startsWith("|")).length;
    assertEquals([rows(rest), rows(text) > 2], [0, true], path);
  }
});

Deno.test("measured tables are nowhere but in docs/measured/", async () => {
  for (const path of await pagePaths()) {
    const text = await Deno.readTextFile(new URL(path, ROOT));
    assertEquals(/<!-- \w+:begin -->/.test(text), path in MARKS, path);
  }
});

Deno.test("figures name the versions and the machine they were measured with, and no day", async () => {
  for (const path of await pagePaths()) {
    const text = await Deno.readTextFile(new URL(path, ROOT));
    assertEquals(text.match(/\b20\d\d-\d\d-\d\d\b/g), null, path);
    if (!(path in MARKS)) continue;
    assertMatch(
      text.replaceAll("\n", " "),
      /Client \d+\.\d+\.\d+ · .*Deno \d+\.\d+\.\d+ · \w+ \w+ with \d+ processors?/,
      path,
    );
    assertMatch(text, /etcd.* \d+\.\d+\.\d+/, path);
  }
});
