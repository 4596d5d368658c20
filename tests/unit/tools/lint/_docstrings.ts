/** Docstrings that name their subject, and others that leave it open. */
import type { Fixture } from "./_fixture.ts";

const docstring = (source: string, path = "api/kv/kv.ts"): Fixture => ({
  rule: "docstring-subject",
  about: `${JSON.stringify(source)} in ${path}`,
  path,
  source,
});

/** Docstrings that the rule objects to. */
export const BAD_DOCSTRINGS: readonly Fixture[] = [
  ...["How", "It", "Its", "They", "Those", "What", "Where", "Who"].map((word) =>
    docstring(`/** ${word} waits. */\nexport const a = 1;`)
  ),
  // Over several lines, in a class, in a type, and above the imports.
  docstring("/**\n * What waits.\n *\n * Long.\n */\nexport const a = 1;"),
  docstring("/** A call. */\nexport class A {\n  /** Its key. */\n  a = 1;\n}"),
  docstring(
    "/** A call. */\nexport interface A {\n  /** How long. */\n  a: 1;\n}",
  ),
  docstring("/** What lies here.\n *\n * @module\n */\nexport {};"),
  docstring("/** It's a call. */\nexport const a = 1;"),
  docstring("/** How many. */\nexport const a = 1;", "tools/output/_sink.ts"),
  docstring("/** How many. */\nexport const a = 1;", "proto/method.ts"),
];

/** Docstrings that the rule accepts. */
export const GOOD_DOCSTRINGS: readonly Fixture[] = [
  docstring("/** The calls that wait. */\nexport const a = 1;"),
  docstring("/** Whether it waits, and how long. */\nexport const a = 1;"),
  docstring("/**\n * The call.\n *\n * It waits.\n */\nexport const a = 1;"),
  // The word is whole.
  docstring("/** Items that wait. */\nexport const a = 1;"),
  docstring("/** Whoever waits. */\nexport const a = 1;"),
  // No docstrings.
  docstring("// How it waits.\nexport const a = 1;"),
  docstring("/* How it waits. */\nexport const a = 1;"),
  docstring("export const a = `/** How it waits. */`;"),
  // Exempt.
  docstring("/** How it waits. */\nexport const a = 1;", "proto/gen/rpcs.ts"),
  docstring(
    "/** How it waits. */\nexport const a = 1;",
    "tests/unit/a_test.ts",
  ),
];
