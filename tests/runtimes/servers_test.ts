// The client on every runtime, behind what stands in front of etcd, and on kine.
import { RUNTIME_NAMES } from "../harness/programs/runtimes.ts";
import { startEtcd, whyNoKine } from "../harness/mod.ts";
import type { Column } from "../servers/_column.ts";
import { COLUMNS, DIRECT, KINE } from "../servers/columns.ts";
import type { Servers } from "./_cluster.ts";
import { CHECKS } from "./conformance/checks.ts";
import { testRuntime } from "./_suite.ts";

const NO_RENEWALS = "kine renews no leases";
const NO_TXN = "kine has one form of transaction";
/** What kine is known to refuse, see docs/compatibility.md. */
const KINE_REFUSES: Readonly<Record<string, string>> = {
  "get, put and delete, of text and bytes": "kine deletes in no other way",
  "a transaction, both branches": NO_TXN,
  "a list of 1200 keys, put in batches": NO_TXN,
  "a lease is kept, and its key goes with it": NO_RENEWALS,
  "a lock goes from one to the next, with its guard": NO_RENEWALS,
  "an election has a leader, and the next one": NO_RENEWALS,
  "recipes: update, queue and view": NO_TXN,
};

const noKine = await whyNoKine();
for (const column of COLUMNS) {
  if (column === DIRECT) continue;
  if (column === KINE && noKine !== undefined) {
    Deno.test.ignore(`${column.name} | not run: ${noKine}`, () => {});
    continue;
  }
  for (const name of RUNTIME_NAMES) {
    await testRuntime(name, {
      server: column.name,
      start: () => startBehind(column),
      whyNot: (title) => whyNot(title, column),
    });
  }
}

function whyNot(title: string, column: Column): string | undefined {
  const check = CHECKS.find((one) => one.title === title);
  if (check?.needs !== undefined) return "it takes faults of a cluster";
  return column === KINE ? KINE_REFUSES[title] : undefined;
}

async function startBehind(column: Column): Promise<Servers> {
  await using stack = new AsyncDisposableStack();
  const cluster = column.standsAlone ? undefined : stack.use(await startEtcd());
  const direct = cluster?.members.map((member) => member.directEndpoint) ?? [];
  const front = stack.use(
    await column.start(direct.map((endpoint) => new URL(endpoint).host)),
  );
  const { endpoints, version } = front;
  const resources = stack.move();
  return {
    version,
    plan: { endpoints, direct: cluster ? direct : endpoints },
    serve: ({ op }) => Promise.reject(new Error(`no ${op} here`)),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}
