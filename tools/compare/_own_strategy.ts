/** `--strategy FILE`: a strategy of the user's own among the subjects. */
import { basename, extname } from "node:path";
import { pathToFileURL } from "node:url";
import type { BalancerFactory, BalancerStrategy } from "../../mod.ts";
import type { Expected } from "../../tests/scenarios/verdict/expected.ts";
import type { Scenario, Subject } from "../../tests/scenarios/scenario.ts";
import { UsageError, userPath } from "../output/mod.ts";
import { messageOf } from "./result/mod.ts";

/** A strategy of the user's own, and what is expected of it. */
export interface OwnStrategy {
  readonly subject: Subject;
  /** By the number of the scenario; cells of others are not judged. */
  readonly expectations: Readonly<Record<string, Expected>>;
}

type Method = {
  [Name in keyof BalancerStrategy]-?: BalancerStrategy[Name] extends (
    // deno-lint-ignore no-explicit-any -- any method will do
    ...args: any
  ) => unknown ? Name
    : never;
}[keyof BalancerStrategy];

const METHODS: Readonly<Record<Method, true>> = {
  start: true,
  pick: true,
  onEndpoints: true,
  onState: true,
  snapshot: true,
  close: true,
};
/** Every field there is: one that is misspelt would judge nothing. */
const EXPECTED_FIELDS: Readonly<Record<keyof Expected, true>> = {
  failed: true,
  codes: true,
  connections: true,
  redials: true,
  spread: true,
  writes: true,
  firstSuccessWithinMs: true,
  lastFailureMs: true,
  longestCallMs: true,
  endsWell: true,
  watch: true,
  lease: true,
  measures: true,
};
const TRIAL_OPTIONS = { dialTimeoutMs: 2_000 } as const;

/**
 * Loads the modules: the default export of each is a `BalancerFactory`, an
 * export `expectations` says what must come of a scenario, by its number.
 *
 * @throws {UsageError} If one cannot be used.
 */
export async function loadOwnStrategies(
  paths: readonly string[],
  known: {
    readonly subjects: readonly Subject[];
    readonly scenarios: readonly Scenario[];
  },
): Promise<readonly OwnStrategy[]> {
  const loaded: OwnStrategy[] = [];
  for (const path of paths) {
    const one = await load(path, known.scenarios);
    const names = [...known.subjects, ...loaded.map(({ subject }) => subject)];
    if (names.some(({ name }) => name === one.subject.name)) {
      throw new UsageError(
        `--strategy ${path}: the name '${one.subject.name}' is taken`,
      );
    }
    loaded.push(one);
  }
  return loaded;
}

/** The scenarios with what is expected of the user's own strategies. */
export function withExpectations(
  scenarios: readonly Scenario[],
  strategies: readonly OwnStrategy[],
): readonly Scenario[] {
  if (strategies.length === 0) return scenarios;
  return scenarios.map((scenario) => {
    const own = strategies.flatMap(({ subject, expectations }) => {
      const ours = expectations[scenario.id];
      return ours ? [[subject.name, { go: "no client of Go's", ours }]] : [];
    });
    return {
      ...scenario,
      expectations: { ...scenario.expectations, ...Object.fromEntries(own) },
    };
  });
}

async function load(
  path: string,
  scenarios: readonly Scenario[],
): Promise<OwnStrategy> {
  const fail: Fail = (state, cause) =>
    new UsageError(
      `--strategy ${path} ${state}${cause ? `: ${messageOf(cause)}` : ""}`,
    );
  const { default: factory, expectations = {} } = await importFrom(path, fail);
  if (!isFunction(factory)) {
    throw fail(
      "has no function as its default export, which must be a BalancerFactory",
    );
  }
  const { name } = tryOut(factory, fail);
  const mistake = mistakeIn(expectations, scenarios);
  if (mistake !== undefined) throw fail(`has expectations ${mistake}`);
  return {
    subject: {
      name: typeof name === "string" && name !== ""
        ? name
        : basename(path, extname(path)),
      balancer: factory as BalancerFactory,
    },
    expectations: expectations as OwnStrategy["expectations"],
  };
}

/** Makes the error for a module: what about it, and why. */
type Fail = (state: string, cause?: unknown) => UsageError;
type Fields = Readonly<Record<string, unknown>>;
type AnyFunction = (...args: readonly unknown[]) => unknown;

function isFunction(value: unknown): value is AnyFunction {
  return typeof value === "function";
}

async function importFrom(path: string, fail: Fail): Promise<Fields> {
  const file = userPath(path);
  try {
    await Deno.stat(file);
  } catch (error) {
    throw fail("cannot be read", error);
  }
  try {
    return await import(pathToFileURL(file).href);
  } catch (error) {
    throw fail("cannot be loaded", error);
  }
}

/** Makes a strategy once, to see that it has what it must have. */
function tryOut(factory: AnyFunction, fail: Fail): Fields {
  let strategy: Fields;
  try {
    strategy = factory(TRIAL_OPTIONS) as Fields | null | undefined ?? {};
  } catch (error) {
    throw fail("has a factory that throws", error);
  }
  const missing = Object.keys(METHODS)
    .filter((name) => !isFunction(strategy[name]));
  for (const name of ["retry", "connection"]) {
    if (typeof strategy[name] !== "object") missing.push(name);
  }
  if (missing.length === 0) return strategy;
  throw fail(`makes something without ${missing.join(", ")}`);
}

/** The mistake in a module's expectations, if there is one. */
function mistakeIn(
  expectations: unknown,
  scenarios: readonly Scenario[],
): string | undefined {
  if (typeof expectations !== "object" || expectations === null) {
    return "that are no object";
  }
  for (const [id, expected] of Object.entries(expectations)) {
    if (!scenarios.some((scenario) => String(scenario.id) === id)) {
      return `of a scenario '${id}', which is not known`;
    }
    const unknown = Object.keys(expected ?? {})
      .find((name) => !Object.hasOwn(EXPECTED_FIELDS, name));
    if (unknown !== undefined) {
      return `of a field '${unknown}'; known are ${
        Object.keys(EXPECTED_FIELDS).join(", ")
      }`;
    }
    if (Object.keys(expected ?? {}).length === 0) {
      return `of #${id} that say nothing`;
    }
  }
  return undefined;
}
