/**
 * Measures what a fleet of clients that only watch is for a cluster of three:
 * what it asks at rest, what that costs etcd, and how soon each client has its
 * events when a follower is frozen: `deno run -A bench/fleet.ts`.
 * `--markdown=docs/measured/fleet.md` puts the table there.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { adaptive } from "../balancers/mod.ts";
import { startEtcd } from "../tests/harness/mod.ts";
import {
  counted,
  markdownTable,
  measuredWith,
  note,
  print,
  thisRuntime,
  wrap,
} from "../tools/output/mod.ts";
import { type AtRest, measureFleet } from "./_fleet.ts";
import { FLEET_MARKS, putReport } from "./report/mod.ts";

const { values } = parseArgs({
  options: {
    clients: { type: "string", default: "1000" },
    markdown: { type: "string" },
  },
});
const CLIENTS = Number(values.clients);
const LOOK_MS = 20_000;

await using cluster = await startEtcd();
const subjects = [
  { name: "`grpc1.23`", balancer: "grpc1.23", faultMs: 3_000 },
  { name: "`adaptive`", balancer: "adaptive", faultMs: 20_000 },
  {
    name: "`adaptive({ watchMs: 10_000 })`",
    balancer: adaptive({ watchMs: 10_000 }),
    faultMs: 30_000,
  },
] as const;

const rows: string[][] = [];
for (const { name, ...options } of subjects) {
  note(name);
  const figures = await measureFleet(cluster, {
    clients: CLIENTS,
    lookMs: LOOK_MS,
    ...options,
  });
  const { atFirst, afterAMinute, struck, missed, lastEventMs } = figures;
  rows.push([
    name,
    ...restText(atFirst),
    ...restText(afterAMinute),
    missed > 0
      ? `${missed} of ${struck} had none in ${options.faultMs / 1_000} s`
      : `${(lastEventMs / 1_000).toFixed(1)} s, ${struck} clients were there`,
  ]);
}

function restText({ questionsPerSecond, etcdCpu }: AtRest): readonly string[] {
  return [questionsPerSecond.toFixed(0), `${(100 * etcdCpu).toFixed(0)} %`];
}

const head = [
  "",
  "questions a second at first",
  "etcd's CPU",
  "questions a second after a minute",
  "etcd's CPU",
  "a follower is frozen: the last event after",
];
const report = [
  ...wrap(
    measuredWith(thisRuntime(), {
      server:
        `etcd ${cluster.binaries.version} with 3 members on the same machine`,
      remarks: [counted(CLIENTS, "client"), "one run"],
    }),
    { width: 80, lead: "" },
  ),
  "",
  ...markdownTable([head, ...rows]),
  "",
].join("\n");
print(report);
if (values.markdown !== undefined) {
  await putReport(values.markdown, { marks: FLEET_MARKS, summary: report });
}
