import { assertEquals } from "@std/assert";
import { renderGateway } from "../../../bench/_gateway_report.ts";

Deno.test("renderGateway() gives medians, ranges and the CPU of a gateway", () => {
  const bytes = [{ perSecond: 1_000, cpuSeconds: 0 }];
  const connections = [2_000, 1_000, 3_000].map((perSecond) => ({
    perSecond,
    cpuSeconds: perSecond / 10_000,
  }));
  const report = renderGateway("1 MiB · 3 rounds", [
    { name: "no gateway", bytes, connections: bytes },
    { name: "this", bytes, connections },
  ]);
  assertEquals(report.split("\n"), [
    "1 MiB · 3 rounds",
    "",
    "|            | MiB/s | CPU s/GiB | connections/s       | CPU s/1 000 |",
    "| ---------- | ----- | --------- | ------------------- | ----------- |",
    "| no gateway | 1 000 |           | 1 000               |             |",
    "| this       | 1 000 |           | 2 000 (1 000–3 000) | 0.20        |",
    "",
  ]);
});
