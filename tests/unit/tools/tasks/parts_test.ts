import {
  assertEquals,
  assertMatch,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { BALANCER_NAMES } from "../../../../balancers/mod.ts";
import config from "../../../../deno.json" with { type: "json" };
import { chooseGates, GATES } from "../../../../tools/tasks/_gates.ts";
import { describeMatrix } from "../../../../tools/compare/run/mod.ts";
import { importMap } from "../../../../tools/tasks/_registry.ts";
import { readTestArgs } from "../../../../tools/tasks/_args.ts";
import {
  addCounts,
  formatCounts,
  readCounts,
} from "../../../../tools/tasks/_counts.ts";
import { taskHelp } from "../../../../tools/tasks/_help.ts";
import { TASKS } from "../../../../tools/task.ts";

Deno.test("readCounts() reads the summary of deno test", () => {
  for (
    const [line, exitCode, passed, failed, ignored] of [
      ["ok | 12 passed | 0 failed (5ms)", 0, 12, 0, 0],
      [
        "ok | 12 passed (3 steps) | 0 failed | 2 ignored (1 step) (5ms)",
        0,
        12,
        0,
        2,
      ],
      ["FAILED | 1 passed (1 step) | 2 failed (1 step) (1m2s)", 1, 1, 2, 0],
      ["ok | 0 passed | 0 failed | 7 filtered out (5ms)", 0, 0, 0, 0],
      [
        "\x1b[0m\x1b[32mok\x1b[0m | 3 passed | 0 failed \x1b[38;5;245m(4ms)\x1b[0m",
        0,
        3,
        0,
        0,
      ],
      ["error: Type checking failed.", 1, 0, 1, 0],
      ["ok | 3 passed | 0 failed (4ms)", 1, 3, 1, 0],
    ] as const
  ) {
    assertEquals(
      readCounts(`a ... ok (1ms)\n\n${line}\n\n`, exitCode),
      { passed, failed, ignored },
      line,
    );
  }
});

Deno.test("readCounts() takes the last summary, not one a test printed", () => {
  const output =
    "ok | 99 passed | 0 failed (1ms)\nFAILED | 1 passed | 1 failed";
  assertEquals(readCounts(output, 1), { passed: 1, failed: 1, ignored: 0 });
});

Deno.test("formatCounts() mentions skipped tests only when there are some", () => {
  const one = { passed: 2, failed: 0, ignored: 0 };
  assertEquals(formatCounts(one), "2 passed, 0 failed");
  assertEquals(
    formatCounts(addCounts(one, { passed: 1, failed: 3, ignored: 4 })),
    "3 passed, 3 failed, 4 skipped",
  );
});

Deno.test("readTestArgs() tells paths, flags and our own ones apart", () => {
  assertEquals(
    readTestArgs([
      "--filter",
      "put",
      "--etcd",
      "3.4",
      "--minutes",
      "0.5",
      "tests/unit/a_test.ts",
      "--fail-fast",
      "--seed=3",
    ]),
    {
      flags: ["--filter", "put", "--fail-fast", "--seed=3"],
      paths: ["tests/unit/a_test.ts"],
      etcd: "3.4",
      minutes: 0.5,
      transport: undefined,
    },
  );
  assertEquals(readTestArgs(["--etcd=3.5"]).etcd, "3.5");
  assertEquals(readTestArgs(["--minutes=10"]).minutes, 10);
  assertEquals(readTestArgs(["--transport", "http2"]).transport, "http2");
  assertEquals(readTestArgs([]), {
    flags: [],
    paths: [],
    etcd: undefined,
    minutes: undefined,
    transport: undefined,
  });
});

Deno.test("readTestArgs() refuses its own flags without a value", () => {
  for (const args of [["--minutes"], ["--minutes=0"], ["--minutes", "few"]]) {
    assertThrows(
      () => readTestArgs(args),
      TypeError,
      "--minutes needs a number, such as 10",
    );
  }
  assertThrows(() => readTestArgs(["--etcd"]), TypeError, "--etcd needs");
  assertThrows(() => readTestArgs(["--etcd="]), TypeError, "--etcd needs");
  assertThrows(
    () => readTestArgs(["--transport", "quic"]),
    TypeError,
    "--transport needs a transport, such as http2",
  );
});

Deno.test("importMap() maps the assertions and keeps subpaths of npm packages", () => {
  assertEquals(
    importMap({
      "@std/assert": "jsr:@std/assert@^1",
      "protobufjs": "npm:protobufjs@^8",
      "local": "./local.ts",
    }, "file:///a/assert.ts"),
    {
      "@std/assert": "file:///a/assert.ts",
      "protobufjs": "npm:protobufjs@^8",
      "protobufjs/": "npm:/protobufjs@^8/",
      "local": "./local.ts",
    },
  );
});

Deno.test("chooseGates() leaves out what --without names", () => {
  assertEquals(chooseGates([]), [...GATES]);
  for (const args of [["--without", "test,lint"], ["--without=test,lint"]]) {
    assertEquals(
      chooseGates(args),
      GATES.filter((gate) => gate !== "test" && gate !== "lint"),
    );
  }
});

Deno.test("chooseGates() refuses what it does not know", () => {
  for (
    const args of [["--without"], ["--without", "tests"], ["--only", "test"], [
      "--without",
      "test",
      "lint",
    ]]
  ) {
    assertThrows(() => chooseGates(args), TypeError, "Cannot run the gates");
  }
});

Deno.test("deno.json lists every task of the runner, and each gate is one", () => {
  const tasks: Record<string, { command: string; description: string }> =
    config.tasks;
  assertEquals(Object.keys(tasks).sort(), Object.keys(TASKS).sort());
  for (const [name, { command, description }] of Object.entries(tasks)) {
    assertEquals(command, `deno run -A tools/task.ts ${name}`);
    assertMatch(description, /\S/, `${name} needs a description`);
  }
  assertEquals(GATES.filter((gate) => !(gate in TASKS)), []);
});

Deno.test("every strategy has its files in the failover suite and the matrix", async () => {
  for (
    const [folder, suffix] of [
      ["failover", "scenarios_test.ts"],
      ["matrix", "long_scenarios_test.ts"],
    ]
  ) {
    const names = BALANCER_NAMES.map((name) =>
      `${name.replace(".", "_")}_${suffix}`
    );
    const files = await Array.fromAsync(
      Deno.readDir(new URL(`../../../${folder}/`, import.meta.url)),
      ({ name }) => name,
    );
    assertEquals(names.filter((name) => !files.includes(name)), []);
  }
});

Deno.test("describeMatrix() tells of scenarios and time", () => {
  assertMatch(
    describeMatrix(),
    /^\d+ scenarios, \d+ of them long, under 4 strategies, .* in about \d+ min$/,
  );
});

Deno.test("taskHelp() names every gate, and what test tasks take", () => {
  for (const gate of GATES) assertStringIncludes(taskHelp("ok") ?? "", gate);
  for (const flag of ["--etcd", "--minutes", "deno task test:unit "]) {
    assertStringIncludes(taskHelp("test:unit") ?? "", flag);
  }
  for (const other of ["compare", "test:doc", "gateway"]) {
    assertEquals(taskHelp(other), undefined);
  }
});
