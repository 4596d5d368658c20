// The transport of a subject is that of its clients, and of what it is judged by.
import { assertEquals } from "@std/assert";
import { FakeServer } from "../../harness/mod.ts";
import { methods } from "../../../proto/methods.ts";
import { subjectClient } from "../../scenarios/steps/clients.ts";
import { expectationOf } from "../../scenarios/verdict/expectation.ts";
import type { RunContext } from "../../scenarios/scenario.ts";
import { Timeline } from "../../scenarios/recording/timeline.ts";
import {
  DEFAULT_TRANSPORT,
  TRANSPORT_NAMES,
} from "../../scenarios/transports.ts";

const GRPC_JS = /^grpc-node-js\//;

for (const transport of TRANSPORT_NAMES) {
  Deno.test(`A client under test goes over ${transport} where its subject says so`, async () => {
    await using server = await FakeServer.start();
    let agent = "";
    server.handle(methods.kv.range.path, ({ headers }) => {
      agent = `${headers["user-agent"]}`;
      return new Uint8Array();
    });
    const cluster = { endpoints: [server.endpoint] } as unknown as RunContext[
      "cluster"
    ];
    await using client = subjectClient({
      cluster,
      subject: { name: "grpc1.7", balancer: "grpc1.7", transport },
      callTimeoutMs: 5_000,
      timeline: new Timeline(),
    });
    await client.get("k");
    assertEquals(GRPC_JS.test(agent), transport === "grpc-js", agent);
  });
}

Deno.test("expectationOf() takes that of the transport, and that of a client's where none is named", () => {
  const common = { go: "none fails", ours: { failed: [0, 0] } } as const;
  const [other] = TRANSPORT_NAMES.filter((name) => name !== DEFAULT_TRANSPORT);
  const own = { ours: { failed: [1, 1] }, because: "it differs" } as const;
  const scenario = {
    expectations: { one: { ...common, over: { [DEFAULT_TRANSPORT]: own } } },
  };
  assertEquals(expectationOf(scenario, { name: "one" }), { ...common, ...own });
  assertEquals(
    expectationOf(scenario, { name: "one", transport: other ?? "http2" }),
    common,
  );
  assertEquals(expectationOf(scenario, { name: "two" }), undefined);
});
