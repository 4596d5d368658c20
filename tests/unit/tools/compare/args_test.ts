// What the command line of `compare` asks for.
import {
  assert,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { CATALOGUE, QUICK } from "../../../scenarios/catalogue.ts";
import { SUBJECTS } from "../../../scenarios/subjects.ts";
import { main } from "../../../../tools/compare/main.ts";
import {
  readCompareArgs,
  readStrategyFiles,
} from "../../../../tools/compare/_args.ts";
import { UsageError } from "../../../../tools/output/_usage.ts";
import { TextSink } from "./_text_sink.ts";

const KNOWN = { subjects: SUBJECTS, scenarios: CATALOGUE, quick: QUICK };

/** The plan of a command line, by names and numbers. */
function read(...args: string[]) {
  const command = readCompareArgs(args, KNOWN);
  if (command.kind !== "run") return command.kind;
  const { kind: _, subjects, scenarios, ...rest } = command;
  return {
    subjects: subjects.map(({ name }) => name),
    scenarios: scenarios.map(({ id }) => id),
    ...rest,
  };
}

const EVERYTHING = {
  subjects: ["grpc1.0", "grpc1.7", "grpc1.23", "adaptive"],
  scenarios: CATALOGUE.map(({ id }) => id),
  callTimeoutMs: 1_000,
  runs: 1,
  jobs: 1,
  etcd: [],
  json: undefined,
  html: undefined,
  site: undefined,
  against: undefined,
  resume: false,
  markdown: false,
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
      "--runs=5",
      "--jobs",
      "2",
      "--html",
      "c.html",
      "--resume",
      "--markdown=b.md",
    ),
    {
      subjects: ["grpc1.7", "grpc1.0"],
      scenarios: [37, 1],
      callTimeoutMs: 250,
      runs: 5,
      jobs: 2,
      etcd: ["3.4"],
      json: "a=b.json",
      html: "c.html",
      site: undefined,
      against: undefined,
      resume: true,
      markdown: "b.md",
    },
  );
  assertEquals(read("--markdown"), { ...EVERYTHING, markdown: true });
  assertEquals(read("--list"), "list");
  assertEquals(read("--quick", "-h"), "help");
});

Deno.test("readCompareArgs() has the whole for --site, unless told otherwise", () => {
  const command = read("--site", "out");
  assert(typeof command !== "string");
  assertEquals(command.etcd, ["3.4", "3.5"]);
  assertEquals(command.site, "out");
  assertEquals(
    command.subjects,
    EVERYTHING.subjects.flatMap((name) => [name, name]),
    "over two transports",
  );
  const other = read("--site=out", "--etcd=3.6,3.7,3.6", "--transport=http2");
  assert(typeof other !== "string");
  assertEquals([other.etcd, other.subjects], [
    ["3.6", "3.7"],
    EVERYTHING.subjects,
  ]);
});

Deno.test("readCompareArgs() runs nothing with --from", () => {
  const files = ["--from", "a.json, b.json", "--html=c.html"];
  assertEquals(readCompareArgs(files, KNOWN), {
    kind: "report",
    from: ["a.json", "b.json"],
    json: undefined,
    markdown: false,
    html: "c.html",
    site: undefined,
    against: undefined,
  });
});

Deno.test("readCompareArgs() chooses cells by number or by their names", () => {
  const only = (text: string, ...more: string[]) => {
    const command = read("--only", text, ...more);
    if (typeof command === "string") return command;
    return [command.subjects, command.scenarios, command.only];
  };
  const { subjects, scenarios } = EVERYTHING;
  for (const text of ["#37", "37"]) {
    assertEquals(only(text), [subjects, [37], text]);
  }
  assertEquals(only("GRPC1.7 |"), [["grpc1.7"], scenarios, "GRPC1.7 |"]);
  assertEquals(only("grpc1.7 | #37 put on an isolated"), [
    ["grpc1.7"],
    [37],
    "grpc1.7 | #37 put on an isolated",
  ]);
  assertEquals(
    only("put on", "--scenarios", "1,4,37", "--strategies=grpc1.0"),
    [
      ["grpc1.0"],
      [1, 37],
      "put on",
    ],
  );
});

Deno.test("readCompareArgs() adds strategies of the user's own", () => {
  const own = [{ name: "mine", balancer: "grpc1.0" }] as const;
  const command = readCompareArgs(["--strategies", "grpc1.7"], {
    ...KNOWN,
    own,
  });
  assertEquals(
    command.kind === "run" && command.subjects.map(({ name }) => name),
    ["grpc1.7", "mine"],
  );
  assertEquals(
    readStrategyFiles(["--strategy", "a.ts", "--quick", "--strategy=b.ts"]),
    ["a.ts", "b.ts"],
  );
});

const MISTAKES: readonly (readonly [args: string[], message: string])[] = [
  [
    ["--frob"],
    "'--frob' is not known; known are --strategies, --strategy, --tr",
  ],
  [["37"], "'37' is not known"],
  [["--quick=yes"], "'--quick=yes' is not known"],
  [["--scenarios", "1,999"], "--scenarios has '999'; known are 1, "],
  [["--scenarios", "1,"], "--scenarios has ''; known are 1, "],
  [
    ["--strategies", "grpc1.9"],
    "--strategies has 'grpc1.9'; known are grpc1.0, grpc1.7, grpc1.23",
  ],
  [["--strategies"], "--strategies needs a value"],
  [
    ["--transport", "http2,quic"],
    "--transport has 'quic'; known are http2, grpc-js",
  ],
  [["--transport"], "--transport needs a value"],
  [["--transport", "http2", "--only", "over grpc-js"], "matches none of"],
  [["--only", "over http2"], "--only 'over http2' matches none of"],
  [["--runs", "0"], "--runs must be 1 to 1000, got '0'"],
  [["--jobs", "many"], "--jobs must be 1 to 16, got 'many'"],
  [["--only", "nothing"], "--only 'nothing' matches none of"],
  [["--only", "#8"], "--only '#8' matches none of"],
  [["--resume"], "--resume needs --json FILE or --site DIR"],
  [["--etcd", "3.4,"], "--etcd must be a version such as 3.5"],
  [["--from", "a.json", "--runs=2"], "--from runs nothing: leave out --runs"],
  [["--from=a.json", "--quick"], "--from runs nothing: leave out --quick"],
  [["--from", "/tmp/no such.json"], "--from cannot read "],
  [["--against"], "--against needs a value"],
  [["--quick", "--against", "/tmp/no such.json"], "--against cannot read "],
  [["--quick", "--site", "/dev/null"], "--site /dev/null cannot be made: "],
  [["--resume=a.json"], "'--resume=a.json' is not known"],
  [["--markdown="], "--markdown= needs a file"],
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
    if (!/cannot (read|be made)/.test(message)) {
      assertThrows(
        () => readCompareArgs(args, KNOWN),
        UsageError,
        `Cannot compare: `,
      );
    }
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
