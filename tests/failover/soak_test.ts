// The soak in short: it passes, and finds a leak that was planted. In length it
// is `deno task soak`.
import { assertEquals, assertGreater } from "@std/assert";
import { DEFAULT_TRANSPORT } from "../../balancers/dial/mod.ts";
import { soak, type SoakOptions } from "../soak/soak.ts";
import { cluster, startThreeMembers } from "./_three_members.ts";

startThreeMembers();

const SHORT: Omit<SoakOptions, "cluster" | "onLine"> = {
  balancer: "grpc1.23",
  transport: DEFAULT_TRANSPORT,
  minutes: 0.05,
  windowMs: 1_500,
  seed: 1,
};

function say(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`  soak: ${line}\n`));
}

Deno.test("soak() passes a client under faults that keeps nothing", async () => {
  await cluster.reset();
  const result = await soak({ ...SHORT, cluster, onLine: say });
  assertEquals([result.verdict, result.leaks, result.faults], [
    "passed",
    [],
    [],
  ]);
  assertGreater(result.calls, 20);
  assertGreater(result.acknowledged, 5);
  assertGreater(result.revisions, result.windows);
  assertGreater(Object.keys(result.injected).length, 0);
});

Deno.test("soak() finds a watch, a lease, timers and a client that are left at each quiet point", async () => {
  await cluster.reset();
  const result = await soak({
    ...SHORT,
    leastWindows: 2,
    settleMs: 500,
    cluster,
    onLine: say,
    program: new URL("../soak/_leaky_program.ts", import.meta.url),
  });
  assertEquals(result.verdict, "failed");
  assertEquals(
    result.leaks.map((text) => text.split(":")[0]),
    ["connections", "serverWatches", "serverLeases", "timers"],
  );
  assertEquals(result.faults.length, 1, "what is open after close()");
});
