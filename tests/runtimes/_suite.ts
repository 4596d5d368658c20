import { assertEquals } from "@std/assert";
import { DEFAULT_TRANSPORT } from "../../balancers/dial/_default_transport.ts";
import type { TransportName } from "../../balancers/transport/mod.ts";
import { findRuntime, type RuntimeName } from "../harness/programs/runtimes.ts";
import type { Servers } from "./_cluster.ts";
import { CHECKS } from "./conformance/checks.ts";
import { report } from "./_report.ts";
import { type Outcome, runConformance } from "./_run.ts";
import { type Missing, type Place, placeOn } from "./_user_folder.ts";

const LONGEST = 6;
// Either of them: `--transport` puts another module in the place of that one.
const TRANSPORT = DEFAULT_TRANSPORT as TransportName;

/** What a runtime is tested against. */
export interface Subject {
  /** The name of the server, or of what is in front of it. */
  readonly server: string;
  start(): Promise<Servers>;
  /** The skip table: why a check is not made there, if so. */
  whyNot(title: string): string | undefined;
}

/**
 * Defines the tests of a runtime: one run of the conformance program, and a
 * test for each of its checks. Where the runtime cannot be had, there is one
 * that says why.
 */
export async function testRuntime(
  name: RuntimeName,
  subject: Subject,
): Promise<void> {
  const place = await placeOf(name);
  if ("missing" in place) {
    Deno.test.ignore(`${name} | not run: ${place.missing}`, () => {});
    return;
  }
  const { runtime: { title, version } } = place;
  const named = `${title}, ${subject.server} over ${TRANSPORT}`;
  const titles = CHECKS.map((check) => check.title);
  const made = titles.filter((one) => subject.whyNot(one) === undefined);
  let outcome: Outcome | undefined;
  Deno.test(`${named} | the program runs, and ends by itself`, async () => {
    await using servers = await subject.start();
    outcome = await runConformance({
      ...place,
      servers,
      plan: { checks: made, transport: TRANSPORT },
    });
    await report({
      runtime: title,
      runtimeVersion: version,
      server: rowOf(subject, servers),
      serverVersion: servers.version,
      ...countsOf(outcome, made),
    });
    say(`${named}: ${times(outcome)}`);
    assertEquals(outcome.ended, "by itself");
  });
  for (const one of titles) {
    const why = subject.whyNot(one);
    Deno.test({
      name: `${named} | ${one}${why === undefined ? "" : `: ${why}`}`,
      ignore: why !== undefined,
      fn() {
        const told = outcome?.told.get(one);
        if (told === undefined) throw new Error("it was not made");
        if (told.error !== undefined) throw new Error(told.error);
      },
    });
  }
}

/** Where it runs; Deno takes the sources, and needs no package. */
async function placeOf(
  name: RuntimeName,
): Promise<Partial<Place> & Pick<Place, "runtime"> | Missing> {
  return name === "deno" ? { runtime: await findRuntime(name) } : await placeOn(
    name,
    TRANSPORT === "grpc-js" ? { also: ["@grpc/grpc-js"] } : {},
  );
}

/** The row of the table: an etcd of each series, the other transport apart. */
function rowOf({ server }: Subject, { version }: Servers): string {
  const series = version.split(".").slice(0, 2).join(".");
  const name = server === "etcd" ? `etcd ${series}` : server;
  return TRANSPORT === "http2" ? name : `over grpc-js, ${name}`;
}

/** What the checks took, and which of them took long. */
function times({ told }: Outcome): string {
  const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;
  const all = [...told.values()].toSorted((one, other) => other.ms - one.ms);
  const sum = seconds(all.reduce((before, { ms }) => before + ms, 0));
  const longest = all.slice(0, LONGEST)
    .map(({ title, ms }) => `${title} ${seconds(ms)}`);
  return `${sum} for ${all.length} checks (${longest.join(", ")})`;
}

function say(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`  ${line}\n`));
}

/** How the checks went; that the program ends by itself is one of them. */
function countsOf(
  { told, ended }: Outcome,
  checks: readonly string[],
): { readonly passed: number; readonly failed: readonly string[] } {
  const all = [...checks, "the program ends by itself"];
  const failed = all.filter((title, at) =>
    at === checks.length
      ? ended !== "by itself"
      : told.get(title) === undefined || told.get(title)?.error !== undefined
  );
  return { passed: all.length - failed.length, failed };
}
