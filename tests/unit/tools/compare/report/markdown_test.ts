import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { BALANCER_NAMES } from "../../../../../balancers/mod.ts";
import {
  checkMarks,
  MARKS,
  putSummary,
  renderMarkdown,
} from "../../../../../tools/compare/report/_markdown.ts";
import { main } from "../../../../../tools/compare/main.ts";
import { UsageError } from "../../../../../tools/output/_usage.ts";
import { RESULT } from "../_example_result.ts";
import { assertFormatted } from "../../../support/_formatted.ts";
import { scenario } from "../_stand_in_scenario.ts";
import { TextSink } from "../_text_sink.ts";
import { GOOD, NONE_FAILS, runCompare } from "../run/_run.ts";

const PAGE =
  new URL("../../../../../docs/measured/faults.md", import.meta.url).pathname;
const SUMMARY =
  `Client 0.1.0 · etcd 3.5.16 · Deno 2.9.6 · linux x86_64 with 2 processors · calls
time out after 1000 ms

| scenario                                        | grpc1.0                             | grpc1.7                                                | grpc1.23         | mine                      |
| ----------------------------------------------- | ----------------------------------- | ------------------------------------------------------ | ---------------- | ------------------------- |
| #37 put on an isolated follower                 | as expected: 8 of 8 failed          | not as expected: 11 of 31 failed, the last call failed | could not be run |                           |
| #25 eight writers on one key through six resets | as expected: 605 acked, 640 applied | does not apply: it has no pin                          |                  | not judged: 0 of 4 failed |
| #93 connections of an idle client               | as expected: 3 open                 |                                                        |                  |                           |

7 cells: 3 as expected, 2 not as expected, 1 not judged, 1 skipped. As expected:
what was measured is what this client is expected to do under that strategy;
where the design of a strategy loses calls, failed calls are expected.
`;

Deno.test("renderMarkdown() has a row per scenario and a column per strategy", () => {
  const strategies = [...RESULT.options.strategies, "mine"];
  assertEquals(
    renderMarkdown({ ...RESULT, options: { ...RESULT.options, strategies } })
      .replaceAll(/ {2,}/g, " ").replaceAll(/-+/g, "-"),
    SUMMARY.replaceAll(/ {2,}/g, " ").replaceAll(/-+/g, "-"),
  );
});

Deno.test("renderMarkdown() is as deno fmt has it, whatever the titles are", async () => {
  const cells = RESULT.cells.map((cell) => ({
    ...cell,
    scenario: { ...cell.scenario, title: "either | or,\n*several* <b>é</b> →" },
  }));
  for (const result of [RESULT, { ...RESULT, cells }]) {
    await assertFormatted(putSummary(
      `# A\n\n${MARKS.begin}\n${MARKS.end}\n`,
      renderMarkdown(result),
    ));
  }
});

Deno.test("putSummary() leaves what is around, and finds its own marks again", () => {
  const text = `a\n${MARKS.begin}\nold\n${MARKS.end}\nb\n`;
  const once = putSummary(text, "new\n");
  assertEquals(once, `a\n${MARKS.begin}\n\nnew\n\n${MARKS.end}\nb\n`);
  assertEquals(putSummary(once, "new\n"), once);
  for (
    const bad of [
      "a",
      MARKS.begin,
      MARKS.end + MARKS.begin,
      text + MARKS.begin,
      text + MARKS.end,
    ]
  ) assertThrows(() => putSummary(bad, "new"), Error, "Cannot place");
});

Deno.test("compare() puts the summary into a file, or prints it", async () => {
  const path = await Deno.makeTempFile({ suffix: ".md" });
  try {
    await assertRejects(() => checkMarks(path), UsageError, "Cannot place");
    const stderr = new TextSink();
    assertEquals(await main([`--markdown=${path}`], { stderr }), 2);
    await Deno.writeTextFile(path, MARKS.begin + MARKS.end);
    const scenarios = [scenario(1, GOOD, NONE_FAILS)];
    const { stdout } = await runCompare(scenarios, { markdown: path });
    const printed = await runCompare(scenarios, { markdown: true });
    assertEquals(
      await Deno.readTextFile(path),
      putSummary(MARKS.begin + MARKS.end, printed.stdout),
    );
    assert(stdout.startsWith("The strategies of etcd's clients"));
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("docs/measured/ has the table of faults between its marks", async () => {
  await checkMarks(PAGE);
  const text = await Deno.readTextFile(PAGE);
  const table = text.split(MARKS.begin)[1]?.split(MARKS.end)[0] ?? "";
  assert(
    /Client \S+ · etcd \S+ · Deno \S+ · \S+ \S+ with \d+/
      .test(table.replaceAll("\n", " ")),
  );
  const header = table.split("\n").find((line) =>
    line.startsWith("| scenario")
  );
  assertEquals(
    header?.split("|").map((cell) => cell.trim()).filter(Boolean),
    ["scenario", ...BALANCER_NAMES],
  );
  assert(
    /^\| #37 put on an isolated follower +\| as expected: 8 of 8 failed +\|/m
      .test(table),
  );
  assert(!/[✔✘]/.test(table), "a sign of success beside calls that failed");
});
