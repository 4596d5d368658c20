// The doctor behind what stands in front of etcd, and at kine in its place.
import { assertEquals } from "@std/assert";
import { diagnose } from "../../testing/doctor/mod.ts";
import { whyNoKine } from "../harness/mod.ts";
import { type Column, IDLE_SECONDS } from "./_column.ts";
import { CADDY, GRPC_PROXY, HAPROXY_TCP, KINE, NGINX } from "./columns.ts";
import { Subject } from "./_subject.ts";

/** The findings that are warnings, each once. */
const SEEN: readonly (readonly [Column, codes: readonly string[]])[] = [
  [NGINX, ["idle_limit", "many_members", "request_limit"]],
  [HAPROXY_TCP, ["idle_limit", "many_members"]],
  [CADDY, ["many_members"]],
  [GRPC_PROXY, ["grpc_proxy", "many_members"]],
  [KINE, ["kine"]],
];

const noKine = await whyNoKine();

for (const [column, codes] of SEEN) {
  const missing = column === KINE ? noKine : undefined;
  Deno.test({
    name: `doctor | ${column.name}${missing ? `: not run: ${missing}` : ""}`,
    ignore: missing !== undefined,
    async fn() {
      await using subject = await Subject.start(column);
      const { findings } = await diagnose(subject.front.endpoints, {
        idleMs: (IDLE_SECONDS + 3) * 1_000,
      });
      assertEquals(
        findings.filter(({ severity }) => severity !== "note")
          // The grpc-proxy advertises 127.0.0.1:23790, whoever listens there.
          .filter(({ code }) => code !== "member_unreachable")
          .map(({ severity, code }) => `${severity} ${code}`).toSorted(),
        codes.toSorted().map((code) => `warning ${code}`),
      );
    },
  });
}
