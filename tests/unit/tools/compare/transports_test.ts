// `compare --transport`: each cell over each of them, a column each.
import {
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { CATALOGUE, QUICK } from "../../../scenarios/catalogue.ts";
import type { Scenario, Subject } from "../../../scenarios/scenario.ts";
import { SUBJECTS } from "../../../scenarios/subjects.ts";
import { DEFAULT_TRANSPORT } from "../../../scenarios/transports.ts";
import { readCompareArgs } from "../../../../tools/compare/_args.ts";
import { listText } from "../../../../tools/compare/_help.ts";
import { renderHtml } from "../../../../tools/compare/html/_page.ts";
import { renderMarkdown } from "../../../../tools/compare/report/_markdown.ts";
import { renderReport } from "../../../../tools/compare/report/_report.ts";
import type { CompareResult } from "../../../../tools/compare/result/_result.ts";
import { paintFor } from "../../../../tools/output/_text.ts";
import { UsageError } from "../../../../tools/output/_usage.ts";
import { RESULT } from "./_example_result.ts";
import { recording, scenario } from "./_stand_in_scenario.ts";
import { GOOD, NONE_FAILS, runCompare } from "./run/_run.ts";

const BOTH: readonly Subject[] = [
  { name: "one", balancer: "grpc1.0", transport: "http2" },
  { name: "one", balancer: "grpc1.0", transport: "grpc-js" },
  { name: "two", balancer: "grpc1.7", transport: "http2" },
  { name: "two", balancer: "grpc1.7", transport: "grpc-js" },
];

/** A scenario where one call fails over grpc-js, none over http2. */
function differing(expectations: Scenario["expectations"]): Scenario {
  return {
    ...scenario(1, GOOD, expectations),
    run: ({ subject: { transport } }) =>
      Promise.resolve(
        recording({ failed: transport === "grpc-js" ? 1 : 0 }),
      ),
  };
}

/** The subjects of a command line. */
function subjects(args: readonly string[], own: readonly Subject[] = []) {
  const command = readCompareArgs(args, {
    subjects: SUBJECTS,
    own,
    scenarios: CATALOGUE,
    quick: QUICK,
  });
  if (command.kind !== "run") throw new Error("It does not run");
  return command.subjects.map(({ name, transport }) =>
    transport === undefined ? name : `${name} ${transport}`
  );
}

Deno.test("compare --transport takes each strategy over each transport, own ones too", () => {
  assertEquals(
    subjects(["--transport", "http2,grpc-js", "--strategies=grpc1.7"], [
      { name: "mine", balancer: "grpc1.0" },
    ]),
    ["grpc1.7 http2", "grpc1.7 grpc-js", "mine http2", "mine grpc-js"],
  );
  assertEquals(subjects(["--transport=http2", "--strategies", "grpc1.0"]), [
    "grpc1.0 http2",
  ]);
  assertEquals(subjects(["--strategies", "grpc1.0"]), ["grpc1.0"]);
});

Deno.test("compare --only finds cells by the transport, and without it", () => {
  const only = (text: string) =>
    subjects(["--transport", "http2,grpc-js", "--only", text]);
  assertEquals(only("grpc1.7 over http2 | #37"), ["grpc1.7 http2"]);
  assertEquals(only("grpc1.7 | #37"), ["grpc1.7 http2", "grpc1.7 grpc-js"]);
  assertEquals(only("over grpc-js"), [
    "grpc1.0 grpc-js",
    "grpc1.7 grpc-js",
    "grpc1.23 grpc-js",
    "adaptive grpc-js",
  ]);
});

Deno.test("compare() judges each transport by the same expectation", async () => {
  const { exitCode, result, stdout, stderr } = await runCompare(
    [differing(NONE_FAILS)],
    { subjects: BOTH, runs: 2, jobs: 2 },
  );
  assertEquals(exitCode, 1);
  assertEquals(
    result?.cells.map(({ strategy, transport, verdict }) =>
      `${strategy} ${transport} ${verdict}`
    ),
    [
      "one http2 expected",
      "one grpc-js unexpected",
      "two http2 expected",
      "two grpc-js unexpected",
    ],
  );
  assertEquals(result?.options.strategies, ["one", "two"]);
  assertEquals(result?.options.transports, ["http2", "grpc-js"]);
  assertStringIncludes(stderr, "] two over http2 | #1 ");
  assertStringIncludes(stdout, " ≠ one over grpc-js | #1 scenario of a test");
  assertMatch(stdout, /^ = two over http2 /m);
  assertMatch(stdout, /· over http2 and grpc-js ·/);
});

Deno.test("compare() judges a transport by its own expectation where it has one, and says why", async () => {
  const because = "this one closes the connection first";
  const over = { "grpc-js": { ours: { failed: [1, 1] }, because } } as const;
  const scenarios = [differing({
    one: { ...NONE_FAILS.one, over },
    two: { ...NONE_FAILS.two, over },
  })];
  const { exitCode, result, stdout } = await runCompare(scenarios, {
    subjects: BOTH,
  });
  assertEquals(exitCode, 0);
  assertEquals(
    result?.cells.map(({ expectation }) => expectation),
    [
      { ...NONE_FAILS.one, text: "0 fail" },
      {
        go: "0 [M]",
        ours: { failed: [1, 1] },
        because,
        text: "1 fails",
      },
      { ...NONE_FAILS.two, text: "0 fail" },
      { go: "0 [M]", ours: { failed: [1, 1] }, because, text: "1 fails" },
    ],
  );
  assertStringIncludes(stdout, `expected here: 1 fails, because ${because}`);
  assertStringIncludes(
    listText(scenarios, { columns: 999, paint: paintFor({ color: false }) }),
    `Over grpc-js: 1 fails, because ${because}`,
  );
});

Deno.test("renderMarkdown() and renderHtml() have a column per strategy and transport", async () => {
  const { result } = await runCompare([differing(NONE_FAILS)], {
    subjects: BOTH,
  });
  if (result === undefined) throw new Error("None");
  const markdown = renderMarkdown(result);
  assertMatch(markdown, /over\s+http2 and grpc-js/);
  assertMatch(
    markdown,
    /^\| scenario +\| one over http2 +\| one over grpc-js +\| two over http2 +\| two over grpc-js +\|$/m,
  );
  assertMatch(
    markdown,
    /\| as expected: 0 of 4 failed +\| not as expected: 1 of 4 failed +\|/,
  );
  const page = renderHtml(result);
  for (const name of ["one over http2", "two over grpc-js"]) {
    assertStringIncludes(page, `role="columnheader">${name}</th>`);
    assertStringIncludes(page, `id="s1-${name.replaceAll(" ", "_")}"`);
    assertStringIncludes(page, `href="#s1-${name.replaceAll(" ", "_")}"`);
  }
  assertStringIncludes(page, "--strategies: 4");
});

Deno.test("renderReport() with transports fits into 80 columns", () => {
  const result: CompareResult = {
    ...RESULT,
    options: { ...RESULT.options, transports: ["grpc-js"] },
    cells: RESULT.cells.map((cell) => ({ ...cell, transport: "grpc-js" })),
  };
  const report = renderReport(result, { columns: 80, color: false });
  assertStringIncludes(report, " ✘ grpc1.23 over grpc-js  ");
  assertEquals(report.split("\n").filter(({ length }) => length > 80), []);
});

Deno.test("A result without transports is reported as before there were any", () => {
  const report = renderReport(RESULT, { columns: 100, color: false });
  for (const text of [report, renderMarkdown(RESULT), renderHtml(RESULT)]) {
    assertEquals(/over (?:http2|grpc-js)/.exec(text), null);
  }
});

/** A complete run of one scenario over both, and its file. */
async function complete(
  options: { readonly subjects?: readonly Subject[] } = {},
): Promise<{ readonly json: string } & AsyncDisposable> {
  const json = await Deno.makeTempFile({ suffix: ".json" });
  await runCompare([scenario(1, GOOD, NONE_FAILS)], { json, ...options });
  return { json, [Symbol.asyncDispose]: () => Deno.remove(json) };
}

Deno.test("compare --resume goes on over the same transports, and refuses others", async () => {
  await using file = await complete({ subjects: BOTH });
  const resume = (subjects: readonly Subject[]) =>
    runCompare([scenario(1, GOOD, NONE_FAILS)], {
      json: file.json,
      resume: true,
      subjects,
    });
  const { exitCode, clusters } = await resume(BOTH);
  assertEquals([exitCode, clusters.length], [0, 0]);
  for (
    const [others, words] of [
      [
        BOTH.filter(({ transport }) => transport === "http2"),
        "--transport was http2,grpc-js, is http2",
      ],
      [
        BOTH.map(({ name, balancer }) => ({ name, balancer })),
        "--transport was http2,grpc-js, is not given (",
      ],
    ] as const
  ) await assertRejects(() => resume(others), UsageError, words);
});

Deno.test("compare --resume goes on with a file from before there were transports, over grpc-js", async () => {
  const named = (transport: Subject["transport"]) =>
    BOTH.filter((each) => each.transport === transport);
  await using file = await complete({ subjects: named("grpc-js") });
  // As an older file has it.
  const result: CompareResult = JSON.parse(await Deno.readTextFile(file.json));
  const { transports: _, ...options } = result.options;
  const cells = result.cells.map(({ transport: _, ...cell }) => cell);
  await Deno.writeTextFile(
    file.json,
    JSON.stringify({ ...result, options, cells }),
  );
  const resume = (subjects: readonly Subject[]) =>
    runCompare([scenario(1, GOOD, NONE_FAILS)], {
      json: file.json,
      resume: true,
      subjects,
    });
  await assertRejects(
    () => resume(named("http2")),
    UsageError,
    "--transport was not given (grpc-js), is http2",
  );
  const unnamed = BOTH.filter(({ name }, at) => name === BOTH[at - 1]?.name)
    .map(({ name, balancer }) => ({ name, balancer }));
  const went = await resume(unnamed).then(
    ({ exitCode }) => `${exitCode}`,
    ({ message }) => message.replace(/^.*json: /, ""),
  );
  assertEquals(
    went,
    {
      "grpc-js": "0",
      "http2": "--transport was not given (grpc-js), is not given (http2)",
    }[DEFAULT_TRANSPORT],
  );
});
