// Every RPC of the API against real servers, held against what etcd's own
// tools or a bare call say. A method without a check does not compile.
import { assert } from "@std/assert";
import type { Method } from "../../../proto/method.ts";
import { methods } from "../../../proto/methods.ts";
import { compareVersions, startEtcd } from "../../harness/mod.ts";
import { FakeTelemetry } from "../../unit/api/telemetry/_fake_telemetry.ts";
import { clientAs, ROOT } from "../auth/_subject.ts";
import type { Check, Checks, Service } from "./_check.ts";
import { AUTH_CHECKS } from "./_auth.ts";
import { CLUSTER_CHECKS } from "./_cluster.ts";
import { KV_CHECKS, WATCH_CHECKS } from "./_kv.ts";
import { jsonChecked } from "./_json_checked.ts";
import { LEASE_CHECKS } from "./_lease.ts";
import { ELECTION_CHECKS, LOCK_CHECKS } from "./_lock.ts";
import { MAINTENANCE_CHECKS } from "./_maintenance.ts";

const CHECKS: { readonly [S in Service]: Checks<S> } = {
  kv: KV_CHECKS,
  watch: WATCH_CHECKS,
  lease: LEASE_CHECKS,
  auth: AUTH_CHECKS,
  cluster: CLUSTER_CHECKS,
  maintenance: MAINTENANCE_CHECKS,
  lock: LOCK_CHECKS,
  election: ELECTION_CHECKS,
};

for (const [service, checks] of Object.entries(CHECKS)) {
  Deno.test(`every RPC of the service '${service}' does what the server says it did, and gives what JSON can write`, async (t) => {
    // The client's own spans tell that the method was called.
    using telemetry = new FakeTelemetry(["traces"]);
    await using cluster = await startEtcd({
      members: service === "maintenance" ? 3 : 1,
      // A member may leave as soon as it has come.
      extraArgs: ["--strict-reconfig-check=false"],
    });
    await using client = jsonChecked(clientAs(cluster, { auth: ROOT }));
    const { version } = cluster.binaries;
    const table = new Map<string, Method<never, unknown>>(
      Object.entries(methods[service as Service]),
    );
    for (const [name, check] of Object.entries<Check>(checks)) {
      const method = table.get(name);
      assert(method);
      const { since = version } = method;
      const lacking = compareVersions(version, since) < 0;
      await t.step({
        name: lacking ? `${method.name}, which is since ${since}` : method.name,
        ignore: lacking,
        fn: async () => {
          telemetry.spans.length = 0;
          await check({ cluster, client });
          const called = telemetry.spans.map(({ name }) => name);
          assert(
            called.includes(method.path.slice(1)),
            `only ${called} were called`,
          );
        },
      });
    }
  });
}
