// The workflows of CI, read as the runner reads them: what they call is there.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { load } from "js-yaml";
import config from "../../../../deno.json" with { type: "json" };
import { exists } from "../../../harness/mod.ts";
import { ROOT } from "../../support/_program.ts";

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly if?: string;
  readonly env?: Readonly<Record<string, string>>;
}

interface Job {
  readonly "runs-on": string;
  readonly "timeout-minutes"?: number;
  readonly strategy?: { readonly matrix: Matrix };
  readonly env?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

type Row = Readonly<Record<string, string>>;
type Matrix =
  & { readonly include?: readonly Row[] }
  & Readonly<Record<string, readonly string[] | readonly Row[]>>;

interface Workflow {
  readonly name: string;
  readonly jobs: Readonly<Record<string, Job>>;
}

const FOLDER = new URL(".github/workflows/", ROOT);
const TASK = /(?:deno|npx -y deno@2) task "?([\w:$]+)/g;

const WORKFLOWS: ReadonlyMap<string, Workflow> = await readWorkflows();
const JOBS: readonly (readonly [string, Job])[] = [...WORKFLOWS].flatMap(
  ([file, { jobs }]) =>
    Object.entries(jobs).map(([name, job]) =>
      [`${file} ${name}`, job] as const
    ),
);

async function readWorkflows(): Promise<ReadonlyMap<string, Workflow>> {
  const workflows = new Map<string, Workflow>();
  for await (const { name } of Deno.readDir(FOLDER)) {
    const text = await Deno.readTextFile(new URL(name, FOLDER));
    workflows.set(name, load(text) as Workflow);
  }
  return workflows;
}

/** The rows of a job's matrix: those listed, or one for each value. */
function rowsOf({ strategy }: Job): readonly Row[] {
  const { include, ...axes } = strategy?.matrix ?? {};
  if (include !== undefined) return include;
  return Object.entries(axes).flatMap(([key, values]) =>
    (values as readonly string[]).map((value) => ({ [key]: value }))
  );
}

/** What the steps of a job run, and its variables. */
function commandsOf(job: Job): readonly string[] {
  return job.steps.flatMap(({ run }) => run === undefined ? [] : [run]);
}

/** What stands for the commands, with each row of the matrix put in. */
function expanded(job: Job, text: string): readonly string[] {
  const rows = rowsOf(job);
  const fill = (row: Row) =>
    text.replaceAll(/\$\{\{ matrix\.(\w+) \}\}/g, (_, key) => row[key] ?? "")
      .replaceAll(/\$(\w+)/g, (all, key) => job.env?.[key] ?? all);
  return rows.length === 0 ? [fill({})] : rows.map(fill);
}

Deno.test("every workflow has jobs that say where they run, and for how long", () => {
  assertEquals([...WORKFLOWS.keys()].sort(), [
    "ci.yml",
    "lab.yml",
    "publish.yml",
    "weekly.yml",
  ]);
  for (const [name, job] of JOBS) {
    assertMatch(
      job["runs-on"],
      /^(ubuntu-latest|\$\{\{ matrix\.os \}\})$/,
      name,
    );
    assert((job["timeout-minutes"] ?? 0) > 0, name);
    assert(job.steps.length > 0, name);
  }
});

Deno.test("every task that CI runs is one of deno.json", async () => {
  const script = await Deno.readTextFile(new URL(".ci/run", ROOT));
  const texts = [
    script,
    ...JOBS.flatMap(([, job]) =>
      commandsOf(job).flatMap((command) => expanded(job, command))
    ),
  ];
  const asked = texts.flatMap((text) => {
    const loops = [...text.matchAll(/for gate in ([^;]+); do/g)];
    const gates = loops.flatMap(([, list = ""]) => list.split(" "));
    const names = [...text.matchAll(TASK)].map(([, name = ""]) => name);
    return [...gates, ...names.filter((name) => name !== "$gate")];
  });
  assert(asked.length > 12, asked.join(" "));
  assertEquals(asked.filter((name) => !(name in config.tasks)), []);
});

Deno.test("every file that CI names is there", async () => {
  const missing: string[] = [];
  let found = 0;
  for (const [name, job] of JOBS) {
    for (const text of commandsOf(job).flatMap((one) => expanded(job, one))) {
      const paths = text.matchAll(
        /(?<=^|\s)(?:\.ci|api|tests|tools|bench|docs)\/[\w./]+/g,
      );
      for (const [path] of paths) {
        found++;
        if (!await exists(new URL(path, ROOT))) {
          missing.push(`${name}: ${path}`);
        }
      }
    }
  }
  assertEquals(missing, []);
  assert(found > 20, `${found} paths`);
});

Deno.test("every row of a matrix has what its job takes from it", () => {
  for (const [name, job] of JOBS) {
    const taken = new Set(
      [...JSON.stringify(job).matchAll(/matrix\.(\w+)/g)]
        .map(([, key = ""]) => key),
    );
    for (const row of rowsOf(job)) {
      assertEquals(new Set(Object.keys(row)), taken, name);
    }
  }
});

Deno.test("CI runs on Linux, macOS and Windows, with every etcd that is supported", () => {
  const valuesOf = (file: string, key: string) =>
    JOBS.filter(([name]) => name.startsWith(file))
      .flatMap(([, job]) => rowsOf(job)).flatMap((row) => row[key] ?? [])
      .toSorted();
  assertEquals(valuesOf("ci.yml", "os"), ["macos-latest", "windows-latest"]);
  // 3.5 is what the gates use.
  assertEquals(valuesOf("ci.yml", "etcd"), ["3.4", "3.6", "3.7"]);
  for (const file of ["weekly.yml", "lab.yml"]) {
    assertEquals(valuesOf(file, "etcd"), ["3.4", "3.5", "3.6", "3.7"], file);
  }
});

Deno.test("CI pins the oldest Deno that docs/compatibility.md names", async () => {
  const page = await Deno.readTextFile(new URL("docs/compatibility.md", ROOT));
  const supported = /^\| Deno \| +(\d+\.\d+)/m.exec(page)?.[1];
  assert(supported !== undefined);
  const pinned = JOBS.flatMap(([, job]) => rowsOf(job)).flatMap(({ deno }) =>
    deno === undefined ? [] : [deno]
  );
  assertEquals(pinned.length, 1);
  assertMatch(pinned[0] ?? "", new RegExp(`^v${supported}\\.\\d+$`));
});

Deno.test("every variable of ours that CI sets is read by a test", async () => {
  const names = new Set(
    JOBS.flatMap(([, job]) =>
      [job, ...job.steps].flatMap(({ env }) => Object.keys(env ?? {}))
    ).filter((name) => name.startsWith("ETCDENO_")),
  );
  const seeds = await Deno.readTextFile(
    new URL("tests/unit/support/_seeds.ts", ROOT),
  );
  assert(names.size > 0);
  for (const name of names) assert(seeds.includes(name), name);
});
