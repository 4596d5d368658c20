import { assertEquals } from "@std/assert";
import { renderGateway } from "../../../bench/gateway/mod.ts";

Deno.test("renderGateway() gives medians, ranges, CPU and memory, and compares them", () => {
  const bytes = [{ perSecond: 1_000, cpuSeconds: 0 }];
  const base = { perSecond: 2_000, cpuSeconds: 0.4 };
  const connections = [2_000, 1_000, 3_000].map((perSecond) => ({
    perSecond,
    cpuSeconds: perSecond / 10_000,
  }));
  const report = renderGateway("1 MiB · 3 rounds", [
    { name: "no gateway", bytes, connections: bytes },
    {
      name: "etcd gateway 3",
      bytes: [base],
      connections: [base, base, base],
      idle: { count: 1_024, beforeMib: 20, mib: 40 },
    },
    {
      name: "this",
      bytes,
      connections,
      idle: { count: 1_024, beforeMib: 40, mib: 50 },
    },
  ]);
  const rows = report.split("\n").map((line) =>
    line.split("|").map((cell) => cell.trim()).filter((cell) => cell !== "")
  );
  assertEquals(rows.filter(([first]) => first === "this"), [
    ["this", "1 000", "2 000 (1 000–3 000)", "0.20", "40", "50", "10.0"],
    ["this", "0.50", "0.00", "1.00", "0.50", "1.25"],
  ]);
  assertEquals(rows[0], ["1 MiB · 3 rounds"]);
  assertEquals(rows.at(-1), []);
});
