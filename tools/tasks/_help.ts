import { GATES } from "./_gates.ts";

const TESTS = `Usage: deno task NAME [options] [files]

  --etcd VERSION  3.4, 3.5, 3.6, 3.7 or a full version (default: ETCD_VERSION, else 3.5)
  --transport T   http2 or grpc-js, for clients that name none
  --minutes N     how long the fault matrix runs under each strategy (default: 15 s)

ETCDENO_FUZZ_TIMES=50 plays fifty times as many random histories in the tests
that have some. test:coverage leaves summary.txt and lcov.info in
.etcdeno/coverage/; a published file that no test loads is not in them.

Files and folders replace the task's own, and every flag of \`deno test\` can be
given, such as --filter '#37'.
`;

const OK = `Runs every gate in turn: ${GATES.join(", ")}.

Usage: deno task ok [--without LIST]

  --without LIST  some of them, such as test,test:doc
`;

/** The help text of a task; those that are not here have their own. */
export function taskHelp(task: string): string | undefined {
  if (task === "ok") return OK;
  return /^test\b(?!:doc)/.test(task) ? TESTS.replace("NAME", task) : undefined;
}
