// The programs of the pages in docs/recipes/, word for word, against the cluster
// of three members, while one of them fails.
//
// A recipe has a file `_NAME_page.ts` beside this one that exports what it
// takes from its page with `pageProgram()`: readme_snippets_test.ts imports all
// of them, to see that no snippet is left out. `NAME_page_test.ts` runs them:
//
//   startThreeMembers();
//   underFaults("view.md | config", PROGRAM, {
//     async before({ start, observer }) { … },
//     async during({ … }) { … },
//     async after({ … }) { … },
//   });
import { Client } from "../../../mod.ts";
import type { Member } from "../../harness/mod.ts";
import { cluster } from "../_three_members.ts";
import { taken } from "../_snippet_parts.ts";
import { blockName, readPage, snippet } from "../../unit/docs/_pages.ts";
import { RunningProgram } from "./_running.ts";

/** A snippet of a page, ready to be run. */
export interface PageProgram {
  /** Its imports, which have to stand before everything else. */
  readonly imports: string;
  /** The rest of it, word for word. */
  readonly body: string;
}

/** Text that stands around a snippet, and what the program is told. */
export interface Around {
  /** Stands between `client` and the snippet. @default {nothing} */
  readonly before?: string;
  /** Stands behind the snippet. @default {nothing} */
  readonly after?: string;
  /** Imports that `before` and `after` need. @default {none} */
  readonly imports?: string;
  /** What it finds in its environment. @default {nothing} */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** A fault, and the parts of a test that has it. */
export interface Stage {
  /** The client of the test, past the fault proxies and the failed member. */
  readonly observer: Client;
  /** Starts the program; the test kills it at its end if it still runs. */
  start(around?: Around): Promise<RunningProgram>;
}

/** What a test does before, during and after the fault. */
export interface Script<T> {
  /** Starts the program, and sees it work. */
  before(stage: Stage): Promise<T>;
  /** Sees it work while the member is gone. */
  during(started: T, stage: Stage): Promise<void>;
  /** Sees it work when the member is back. @default {nothing} */
  after?(started: T, stage: Stage): Promise<void>;
}

type Begin = (member: Member) => Promise<void>;

/** The faults that every program of a page goes through. */
const FAULTS: readonly (readonly [name: string, begin: Begin])[] = [
  ["the leader is killed", (leader) => leader.kill()],
  ["the leader is isolated", (leader) => cluster.isolate(leader)],
];

/** Takes a snippet of a page, below this heading. */
export async function pageProgram(
  path: string,
  heading: string,
  at = 0,
): Promise<PageProgram> {
  taken.add(blockName(path, heading, at));
  const text = snippet(await readPage(path), { heading, at });
  const imports = text.match(/^import [^;]*;\n/gm) ?? [];
  return {
    imports: imports.join(""),
    body: imports.reduce((rest, line) => rest.replace(line, ""), text),
  };
}

/** A test for each fault: the program of a page works through it. */
export function underFaults<T>(
  name: string,
  program: PageProgram,
  script: Script<T>,
): void {
  for (const [at, [fault, begin]] of FAULTS.entries()) {
    Deno.test(`${name} works while ${fault}`, async () => {
      await cluster.reset();
      await using stack = new AsyncDisposableStack();
      const stage = newStage(stack, program, { check: at === 0 });
      const started = await script.before(stage);
      const leader = await cluster.leader();
      // An isolated one would hold its calls for seconds.
      stage.observer.setEndpoints(directEndpoints(leader));
      await begin(leader);
      await script.during(started, stage);
      await cluster.reset();
      await script.after?.(started, stage);
    });
  }
}

/** A stage without a fault, for a snippet that needs only a server. */
export function stageFor(
  stack: AsyncDisposableStack,
  program: PageProgram,
): Stage {
  return newStage(stack, program, { check: true });
}

function newStage(
  stack: AsyncDisposableStack,
  program: PageProgram,
  { check }: { readonly check: boolean },
): Stage {
  const observer = stack.use(
    new Client({ endpoints: directEndpoints(), keepAlive: false }),
  );
  return {
    observer,
    start: async ({ env, ...around } = {}) =>
      stack.use(
        await RunningProgram.start(textOf(program, around), { check, env }),
      ),
  };
}

function directEndpoints(without?: Member): readonly string[] {
  return cluster.members.filter((member) => member !== without)
    .map(({ directEndpoint }) => directEndpoint);
}

function textOf(
  program: PageProgram,
  { before = "", after = "", imports = "" }: Omit<Around, "env">,
): string {
  // Under names of its own, as the snippet may import the same ones.
  return `import { Client as TestedClient } from "@etcdeno/client";
${imports}
${program.imports}
await using client = new TestedClient({
  endpoints: ${JSON.stringify(cluster.endpoints)},
});
${before}
${program.body}
${after}
`;
}
