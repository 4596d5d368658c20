// The password the gateway's command has for the members, or should not have.
import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { openClusterAccess } from "../../../../gateway/_cluster_access.ts";
import type { Settings } from "../../../../gateway/command/_settings.ts";
import { UnavailableError } from "../../../../mod.ts";
import { methods } from "../../../../proto/methods.ts";
import { CertificateAuthority } from "../../../../testing/certificates/mod.ts";
import { FakeServer } from "../../../harness/mod.ts";
import { GatewayProcess } from "../_process.ts";

const { cert: ca } = await CertificateAuthority.create("etcdeno tests");

function settings(endpoints: readonly string[]): Settings {
  return {
    gateway: { endpoints, dialTimeoutMs: 500 },
    drainTimeoutMs: 0,
    logFormat: "text",
    metricsAddress: undefined,
    syncMembers: true,
    probe: false,
    tls: { ca, cert: undefined, key: undefined },
    auth: { username: "alice", password: "hunter2" },
    transport: undefined,
  };
}

Deno.test("The gateway's command sends no password in plain text where --trusted-ca-file is given", async () => {
  await using server = await FakeServer.start();
  const { host } = new URL(server.endpoint);
  const { signal } = new AbortController();
  const { members } = openClusterAccess(settings([host]));
  await assertRejects(() => members([host], signal), UnavailableError);
  assertEquals(server.calls(methods.auth.authenticate.path), 0);
});

Deno.test("The gateway's command logs no password that was put into its endpoints", async () => {
  const endpoints = "https://root:hunter2@a:2379,https://root:hunter3@b:2379";
  for (
    const args of [[`--endpoints=${endpoints}`], ["--endpoints", endpoints]]
  ) {
    await using gateway = new GatewayProcess(["start", ...args]);
    assertEquals(await gateway.exitCode(), 1);
    assertStringIncludes(await gateway.line("Running"), "***@b:2379");
    await gateway.line("'endpoints' must be");
    const text = gateway.lines.join("\n");
    assert(!text.includes("hunter"), text);
  }
});
