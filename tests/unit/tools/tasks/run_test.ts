// The task runner from outside: its last line and its exit code.
import {
  assertEquals,
  assertNotMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { fileURLToPath } from "node:url";

const TASK_RUNNER = fileURLToPath(
  new URL("../../../../tools/task.ts", import.meta.url),
);

interface Outcome {
  readonly code: number;
  readonly lines: readonly string[];
  readonly notes: string;
}

async function runTask(
  args: readonly string[],
  env: Readonly<Record<string, string>> = { ETCDENO_JSR: "offline" },
): Promise<Outcome> {
  const { code, stdout, stderr } = await new Deno.Command("deno", {
    args: ["run", "-A", TASK_RUNNER, ...args],
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return {
    code,
    lines: decoder.decode(stdout).trimEnd().split("\n"),
    notes: decoder.decode(stderr),
  };
}

/** A Markdown file with these snippets, each of which is one test. */
async function snippets(
  sources: readonly string[],
): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await Deno.makeTempFile({ suffix: ".md" });
  const text = sources.map((source) => `\`\`\`ts\n${source}\n\`\`\`\n`);
  await Deno.writeTextFile(path, text.join("\n"));
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path) };
}

const USES_ASSERT =
  `import { assertEquals } from "@std/assert";\nassertEquals(1n, 1n);`;

Deno.test("task runs tests that import @std/assert without jsr.io, and says so once", async () => {
  await using file = await snippets([USES_ASSERT, USES_ASSERT]);
  const { code, lines, notes } = await runTask(["test:doc", file.path]);
  assertEquals(lines.at(-1), "2 passed, 0 failed", notes);
  assertEquals(code, 0);
  assertEquals(notes.match(/stands in for @std\/assert/g)?.length, 1);
});

Deno.test("task adds nothing to the plain route when jsr.io answers", async () => {
  const source = `const where = import.meta.resolve("@std/assert");
if (where !== "jsr:@std/assert@^1") throw new Error(where);`;
  await using file = await snippets([source]);
  const online = await runTask(["test:doc", file.path], {
    ETCDENO_JSR: "online",
  });
  assertEquals(online.lines.at(-1), "1 passed, 0 failed", online.notes);
  assertEquals(online.code, 0);
  assertNotMatch(online.notes, /jsr\.io/);
  const offline = await runTask(["test:doc", file.path]);
  assertEquals(offline.lines.at(-1), "0 passed, 1 failed", offline.notes);
  assertStringIncludes(offline.lines.join("\n"), "tests/offline/assert.ts");
});

Deno.test("task fails when a test fails, and counts it", async () => {
  await using file = await snippets([
    USES_ASSERT,
    USES_ASSERT.replace("1n);", "2n);"),
  ]);
  const { code, lines } = await runTask(["test:doc", file.path]);
  assertEquals(lines.at(-1), "1 passed, 1 failed");
  assertEquals(code, 1);
});

Deno.test("task fails when tests do not compile", async () => {
  await using file = await snippets([`const a: string = 1; a.at(0);`]);
  const { code, lines } = await runTask(["test:doc", file.path]);
  assertEquals(lines.at(-1), "0 passed, 1 failed");
  assertEquals(code, 1);
});

Deno.test("task fails when no test ran", async () => {
  await using file = await snippets([USES_ASSERT]);
  const { code, lines, notes } = await runTask(
    ["test:doc", "--filter", "no such test", file.path],
  );
  assertEquals(lines.at(-1), "0 passed, 0 failed");
  assertStringIncludes(notes, "No test ran");
  assertEquals(code, 1);
});

Deno.test("task leaves no directory of its own behind", async () => {
  await using file = await snippets([
    `console.log("TMPDIR=" + Deno.env.get("TMPDIR"));`,
    `Deno.writeTextFileSync(Deno.env.get("TMPDIR") + "/left", "behind");`,
  ]);
  const { lines } = await runTask(["test:doc", file.path]);
  assertEquals(lines.at(-1), "2 passed, 0 failed");
  const directory = /^TMPDIR=(.+)$/m.exec(lines.join("\n"))?.[1] ?? "";
  assertStringIncludes(directory, "/tmp/etcdeno-task-");
  await assertRejects(() => Deno.stat(directory), Deno.errors.NotFound);
});

Deno.test("task names the tasks when given none of them", async () => {
  const { code, notes } = await runTask(["tset"]);
  assertEquals(code, 2);
  assertStringIncludes(notes, "Cannot run 'tset': the tasks are test,");
});

Deno.test("task test:unit refuses an etcd it cannot get, rather than test another", async () => {
  // Any binary at hand is of another version, and nobody has this one.
  const { code, lines, notes } = await runTask(
    ["test:unit", "--etcd", "3.99", "tests/unit/api/values/bytes_test.ts"],
  );
  assertEquals(code, 1, lines.join("\n"));
  assertEquals(lines, [""]);
  assertStringIncludes(notes, "3.99");
});

Deno.test("task refuses a verdict on jsr.io that is neither", async () => {
  const { code, notes } = await runTask(["test:doc"], { ETCDENO_JSR: "maybe" });
  assertEquals(code, 1);
  assertStringIncludes(notes, "ETCDENO_JSR must be 'online' or 'offline'");
});
