/**
 * Whether jsr.io answers, and the import map that does without it.
 *
 * Tests import `@std/assert` as `deno.json` declares it. Where the registry
 * cannot be reached Deno fails before the first test, so the task runner asks
 * once and then maps the name to `tests/offline/assert.ts`. With the registry
 * there, nothing is added to the command line.
 */
import { note } from "../output/mod.ts";

const PROBE_URL = "https://jsr.io/@std/assert/meta.json";
const PROBE_TIMEOUT_MS = 2_000;
/** Carries the verdict to child processes; may be set by hand, too. */
const VERDICT_ENV = "ETCDENO_JSR";

/** The source of `@std/assert`: jsr.io, or the copy in the tree. */
export type RegistryVerdict = "online" | "offline";

let verdict: Promise<RegistryVerdict> | undefined;

/** Asks the registry, once per process tree; says so when it is offline. */
export function registryVerdict(): Promise<RegistryVerdict> {
  verdict ??= decide();
  return verdict;
}

async function decide(): Promise<RegistryVerdict> {
  const given = Deno.env.get(VERDICT_ENV);
  if (given !== undefined && given !== "online" && given !== "offline") {
    throw new TypeError(
      `Cannot choose the source of @std/assert: ${VERDICT_ENV} must be ` +
        `'online' or 'offline', got '${given}'`,
    );
  }
  const reason = given === undefined
    ? await probeFailure()
    : given === "offline"
    ? `${VERDICT_ENV}=offline`
    : undefined;
  if (reason !== undefined) {
    note(
      `jsr.io is not used (${reason}): tests/offline/assert.ts stands in ` +
        "for @std/assert",
    );
  }
  const result = reason === undefined ? "online" : "offline";
  Deno.env.set(VERDICT_ENV, result);
  return result;
}

/** Why the registry cannot be used; `undefined` if it can. */
async function probeFailure(): Promise<string | undefined> {
  try {
    const response = await fetch(PROBE_URL, {
      signal: AbortSignal.timeout(PROBE_TIMEOUT_MS),
    });
    await response.body?.cancel();
    return response.ok ? undefined : `it answered ${response.status}`;
  } catch (error) {
    // Every reason counts the same here, and ends up in the note.
    return error instanceof DOMException && error.name === "TimeoutError"
      ? `no answer within ${PROBE_TIMEOUT_MS} ms`
      : "it cannot be reached";
  }
}

/**
 * The import map for `--import-map`, which replaces the one in `deno.json`.
 *
 * Deno reads `"x": "npm:x@1"` in a `deno.json` as covering `x/sub` as well; in
 * an import map that takes an entry of its own.
 */
export function importMap(
  imports: Readonly<Record<string, string>>,
  assertUrl: string,
): Record<string, string> {
  const entries = Object.entries(imports).flatMap(([name, target]) => {
    if (name === "@std/assert") return [[name, assertUrl]];
    const whole = [name, target];
    if (!target.startsWith("npm:") || name.endsWith("/")) return [whole];
    return [whole, [`${name}/`, `npm:/${target.slice("npm:".length)}/`]];
  });
  return Object.fromEntries(entries);
}
