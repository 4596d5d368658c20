// The support matrix, from the runs of the conformance program.
import { assertEquals } from "@std/assert";
import {
  type ConformanceRun,
  joinRuns,
  runtimesSummary,
  runtimesTable,
} from "../../../../tools/tasks/_runtimes_page.ts";
import { inOrder } from "../../../../tools/tasks/_runtimes.ts";

const NODE: ConformanceRun = {
  runtime: "Node 22",
  runtimeVersion: "22.21.1",
  server: "etcd 3.5",
  serverVersion: "3.5.16",
  passed: 27,
  failed: [],
};
const BUN = { ...NODE, runtime: "Bun", runtimeVersion: "1.3.3" };
const KINE = { server: "kine", serverVersion: "0.17.5" };

Deno.test("runtimesTable() has a row for each server, a column for each runtime, and says what failed", () => {
  const runs = [
    NODE,
    BUN,
    { ...BUN, ...KINE, passed: 8, failed: ["a lease", "a lock"] },
  ];
  assertEquals(
    runtimesTable(runs),
    `|             | Node 22.21.1 | Bun 1.3.3                     |
| ----------- | ------------ | ----------------------------- |
| etcd 3.5.16 | ✔ 27         | ✔ 27                          |
| kine 0.17.5 | not run      | 8 of 10; not: a lease, a lock |
`,
  );
});

Deno.test("joinRuns() keeps what was known of others, and tells of each version in use", () => {
  const newer = { ...NODE, runtimeVersion: "22.22.0", passed: 28 };
  const other = { ...NODE, server: "etcd 3.6", serverVersion: "3.6.16" };
  const runs = joinRuns([NODE, BUN, other], [newer]);
  assertEquals(runs, [newer, BUN, other]);
  assertEquals(
    runtimesTable(runs).split("\n")[0],
    "|             | Node 22.22.0, Node 22.21.1 | Bun 1.3.3 |",
  );
});

Deno.test("runtimesSummary() says what the table was measured with", () => {
  const runtime = {
    client: "1.2.3",
    deno: "2.9.6",
    system: "linux x86_64",
    cpus: 2,
  };
  assertEquals(
    runtimesSummary([NODE], runtime),
    `Client 1.2.3 · Deno 2.9.6 · linux x86_64 with 2 processors

${runtimesTable([NODE])}`,
  );
});

Deno.test("inOrder() puts etcd first, then the other transport, then what is in front; Deno first", () => {
  const over = { ...NODE, server: "over grpc-js, etcd 3.5" };
  const older = { ...NODE, server: "etcd 3.4" };
  const kine = { ...NODE, ...KINE };
  const deno = { ...NODE, runtime: "Deno" };
  assertEquals(
    inOrder([kine, BUN, over, NODE, deno, older]),
    [older, deno, NODE, BUN, over, kine],
  );
});
