import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { CATALOGUE } from "../../../scenarios/catalogue.ts";
import { SUBJECTS } from "../../../scenarios/subjects.ts";
import { main } from "../../../../tools/compare/main.ts";
import {
  loadOwnStrategies,
  withExpectations,
} from "../../../../tools/compare/_own_strategy.ts";
import { UsageError } from "../../../../tools/output/_usage.ts";
import { scenario } from "./_stand_in_scenario.ts";
import { TextSink } from "./_text_sink.ts";

const KNOWN = { subjects: SUBJECTS, scenarios: CATALOGUE };
const STRATEGY = `{
  retry: {}, connection: {},
  start() {}, pick() {}, onEndpoints() {}, onState() {}, snapshot() {}, close() {},
}`;
const GOOD = `export default () => (${STRATEGY});`;

/** Loads modules of these texts, `mine_0.ts` and so on. */
async function load(...texts: readonly string[]) {
  const directory = await Deno.makeTempDir();
  try {
    const paths = texts.map((_, at) => `${directory}/mine_${at}.ts`);
    for (const [at, path] of paths.entries()) {
      await Deno.writeTextFile(path, texts[at] ?? "");
    }
    return await loadOwnStrategies(paths, KNOWN);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("loadOwnStrategies() names a strategy by itself, or else by its file", async () => {
  const [mine, other] = await load(
    GOOD,
    `export default (options) => ({ ...${STRATEGY}, name: "other" });
     export const expectations = { 37: { failed: [0, 1], endsWell: true } };`,
  );
  assertEquals(mine?.subject.name, "mine_0");
  assertEquals(typeof mine?.subject.balancer, "function");
  assertEquals(mine?.expectations, {});
  assertEquals(other?.subject.name, "other");
  assertEquals(other?.expectations, {
    37: { failed: [0, 1], endsWell: true },
  });
});

const MISTAKES: readonly (readonly [text: string, says: string])[] = [
  ["export const a = 1;", "has no function as its default export"],
  ["export default {};", "has no function as its default export"],
  ["throw new TypeError('at once');", "cannot be loaded: TypeError: at once"],
  ["export default (;", "cannot be loaded: TypeError: SyntaxError"],
  [
    "import 'no-such-package-of-mine'; export default () => {};",
    "cannot be loaded: TypeError",
  ],
  [
    "export default () => { throw new RangeError('too small'); };",
    "has a factory that throws: RangeError: too small",
  ],
  [
    "export default class Mine {}",
    "has a factory that throws: TypeError: Class constructor Mine",
  ],
  [
    "export default () => undefined;",
    "makes something without start, pick, onEndpoints, onState, snapshot, close, retry, connection",
  ],
  [
    `export default async () => (${STRATEGY});`,
    "makes something without start, pick",
  ],
  [
    `export default () => ({ ...${STRATEGY}, pick: undefined });`,
    "makes something without pick",
  ],
  [
    `export default () => ({ ...${STRATEGY}, name: "grpc1.7" });`,
    "the name 'grpc1.7' is taken",
  ],
  [`${GOOD} export const expectations = 1;`, "expectations that are no object"],
  [
    `${GOOD} export const expectations = { 99999: { failed: "all" } };`,
    "of a scenario '99999', which is not known",
  ],
  [
    `${GOOD} export const expectations = { 37: { fails: "all" } };`,
    "of a field 'fails'; known are failed, codes",
  ],
  [
    `${GOOD} export const expectations = { 37: {} };`,
    "of #37 that say nothing",
  ],
];

for (const [text, says] of MISTAKES) {
  Deno.test(`loadOwnStrategies() refuses what ${says}`, async () => {
    const error = await assertRejects(() => load(text), UsageError, says);
    assertStringIncludes(error.message, "Cannot compare: --strategy /tmp/");
  });
}

Deno.test("loadOwnStrategies() refuses two of one name", async () => {
  const named = `export default () => ({ ...${STRATEGY}, name: "mine" });`;
  await assertRejects(() => load(named, named), UsageError, "is taken");
});

Deno.test("compare refuses a strategy that is not there, with exit code 2", async () => {
  const stderr = new TextSink();
  assertEquals(await main(["--strategy=/tmp/no_such.ts"], { stderr }), 2);
  assertStringIncludes(
    stderr.text,
    "Cannot compare: --strategy /tmp/no_such.ts cannot be read: NotFound",
  );
});

Deno.test("withExpectations() adds to what is expected of the others", () => {
  const known = scenario(1, {}, { "grpc1.0": { go: "0", ours: {} } });
  const mine = {
    subject: { name: "mine", balancer: "grpc1.0" },
    expectations: { 1: { failed: "all" } },
  } as const;
  const [one, two] = withExpectations([known, scenario(2, {})], [mine]);
  assert(one);
  assertEquals(Object.keys(one.expectations), ["grpc1.0", "mine"]);
  assertEquals(one.expectations["mine"]?.ours, { failed: "all" });
  assertEquals(two?.expectations, {});
});
