import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { CATALOGUE, QUICK } from "../scenarios/catalogue.ts";
import { SUBJECTS } from "../scenarios/subjects.ts";
import { main } from "../../tools/compare.ts";
import { readCompareArgs, UsageError } from "../../tools/_compare_args.ts";
import { TextSink } from "./_compare_fixture.ts";

const KNOWN = { subjects: SUBJECTS, scenarios: CATALOGUE, quick: QUICK };

/** The plan of a command line, by names and numbers. */
function read(...args: string[]) {
  const command = readCompareArgs(args, KNOWN);
  if (command.kind !== "run") return command.kind;
  const { subjects, scenarios, callTimeoutMs, etcd, json } = command;
  return {
    subjects: subjects.map(({ name }) => name),
    scenarios: scenarios.map(({ id }) => id),
    callTimeoutMs,
    etcd,
    json,
  };
}

const EVERYTHING = {
  subjects: ["grpc1.0", "grpc1.7", "grpc1.23"],
  scenarios: CATALOGUE.map(({ id }) => id),
  callTimeoutMs: 1_000,
  etcd: undefined,
  json: undefined,
};

Deno.test("readCompareArgs() takes everything by default", () => {
  assertEquals(read(), EVERYTHING);
});

Deno.test("readCompareArgs() has a quick choice that flags may change", () => {
  const quick = {
    ...EVERYTHING,
    scenarios: [1, 16, 37, 93, 94],
    callTimeoutMs: 300,
  };
  assertEquals(read("--quick"), quick);
  assertEquals(
    read("--quick", "--scenarios", "4", "--call-timeout-ms", "500"),
    { ...quick, scenarios: [4], callTimeoutMs: 500 },
  );
});

Deno.test("readCompareArgs() reads lists and values in both forms", () => {
  assertEquals(
    read(
      "--strategies",
      "grpc1.7, grpc1.0,grpc1.7",
      "--scenarios=37,#1",
      "--etcd=3.4",
      "--json",
      "a=b.json",
      "--call-timeout-ms=250",
    ),
    {
      subjects: ["grpc1.7", "grpc1.0"],
      scenarios: [37, 1],
      callTimeoutMs: 250,
      etcd: "3.4",
      json: "a=b.json",
    },
  );
  assertEquals(read("--list"), "list");
  assertEquals(read("--quick", "-h"), "help");
});

const MISTAKES: readonly (readonly [args: string[], message: string])[] = [
  [["--frob"], "'--frob' is not known; known are --strategies, --scenarios"],
  [["37"], "'37' is not known"],
  [["--quick=yes"], "'--quick=yes' is not known"],
  [["--scenarios", "1,99"], "--scenarios has '99'; known are 1, "],
  [["--scenarios", "1,"], "--scenarios has ''; known are 1, "],
  [
    ["--strategies", "grpc1.9"],
    "--strategies has 'grpc1.9'; known are grpc1.0, grpc1.7, grpc1.23",
  ],
  [["--strategies"], "--strategies needs a value"],
  [["--json", "--quick"], "--json needs a value"],
  [["--json="], "--json needs a value"],
  [["--etcd", "3.5", "--etcd=3.4"], "--etcd is given twice"],
  [["--etcd", "latest"], "--etcd must be a version such as 3.5"],
  [["--call-timeout-ms", "99"], "must be 100 to 60000, got '99'"],
  [["--call-timeout-ms", "60001"], "must be 100 to 60000, got '60001'"],
  [["--call-timeout-ms", "1e3"], "must be 100 to 60000, got '1e3'"],
];

for (const [args, message] of MISTAKES) {
  Deno.test(`compare ${args.join(" ")} is refused with exit code 2`, async () => {
    assertThrows(
      () => readCompareArgs(args, KNOWN),
      UsageError,
      `Cannot compare: `,
    );
    const stdout = new TextSink();
    const stderr = new TextSink();
    assertEquals(await main(args, { stdout, stderr }), 2);
    assertStringIncludes(stderr.text, message);
    assertStringIncludes(stderr.text, "--help");
    assertEquals(stdout.text, "");
  });
}

Deno.test("compare refuses a result file that cannot be written", async () => {
  const stderr = new TextSink();
  const path = "/tmp/no such directory/result.json";
  assertEquals(await main(["--json", path], { stderr }), 2);
  assertStringIncludes(
    stderr.text,
    `Cannot compare: --json ${path} cannot be written: NotFound`,
  );
});

Deno.test("compare --help names every flag, exit code and scenario", async () => {
  const stdout = new TextSink();
  assertEquals(await main(["--help"], { stdout }), 0);
  for (
    const word of [
      "--strategies",
      "--scenarios",
      "--quick",
      "--call-timeout-ms",
      "--etcd",
      "--json",
      "--list",
      "--help",
      "  0    ",
      "  1    ",
      "  2    ",
      "  130  ",
      CATALOGUE.map(({ id }) => id).join(", "),
    ]
  ) {
    assertStringIncludes(stdout.text, word);
  }
});

Deno.test("compare --list has every expectation beside Go's", async () => {
  const stdout = new TextSink({ columns: 10_000 });
  assertEquals(await main(["--list"], { stdout }), 0);
  for (const { id, title, fault, expectations } of CATALOGUE) {
    assertStringIncludes(stdout.text, `#${id} ${title}\n`);
    if (fault !== "none") assertStringIncludes(stdout.text, fault);
    for (const { go, because } of Object.values(expectations)) {
      assertStringIncludes(
        stdout.text,
        because ? `Go: ${go}; because ${because}\n` : `Go: ${go}\n`,
      );
    }
  }
});
