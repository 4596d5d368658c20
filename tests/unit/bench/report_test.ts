import { assertEquals, assertStringIncludes } from "@std/assert";
import { renderReport } from "../../../bench/report/report.ts";
import type { BenchResult } from "../../../bench/report/result.ts";
import { readSample } from "../../../bench/rounds/sample.ts";
import { spread } from "../../../bench/report/statistics.ts";
import { assertFormatted } from "../support/_formatted.ts";

const RESULT: BenchResult = {
  startedAt: "2026-11-21T12:00:00.000Z",
  runtime: { client: "0.1.0", deno: "2.9.6", system: "linux x86_64", cpus: 2 },
  etcd: { version: "3.5.16", members: 1 },
  rounds: 3,
  programs: [
    { name: "grpc1.23", title: "grpc1.23" },
    { name: "grpc-js", title: "bare grpc-js" },
    { name: "go", title: "Go" },
  ],
  missing: [{ title: "etcd3", reason: "npm is missing" }],
  calls: [{
    operation: "linget",
    title: "linearizable get",
    inFlight: 64,
    count: 100,
    cells: [
      {
        program: "grpc1.23",
        samples: [
          { opsPerSecond: 9_000, cpuMicros: 90, p50Micros: 6_500 },
          { opsPerSecond: 12_000, cpuMicros: 80, p50Micros: 5_500 },
          { opsPerSecond: 10_000, cpuMicros: 99, p50Micros: 6_000 },
        ],
      },
      {
        program: "grpc-js",
        // The machine was slower in the second round.
        samples: [
          { opsPerSecond: 9_500, cpuMicros: 100 },
          { opsPerSecond: 9_500, cpuMicros: 160 },
          { opsPerSecond: 9_500, cpuMicros: 110 },
        ],
      },
      {
        program: "go",
        samples: [{ opsPerSecond: 20_000, cpuMicros: 30 }],
        failure: "Cannot measure with gobench: panic",
      },
    ],
  }],
  codec: [],
  scale: [],
};

Deno.test("readSample() reads the lines of every program", () => {
  assertEquals(
    readSample("grpcjs serget n=20000 c=64 9900 op/s cpu 83.1 us/op\n"),
    { opsPerSecond: 9_900, cpuMicros: 83.1 },
  );
  assertEquals(
    readSample(
      "warning\ngo put n=9 c=1 9800 op/s cpu 27.03 us/op p50 610 us p99 2040 us\n",
    ),
    { opsPerSecond: 9_800, cpuMicros: 27.03, p50Micros: 610, p99Micros: 2_040 },
  );
  assertEquals(readSample("panic: no server"), undefined);
});

Deno.test("spread() has the middle and the ends of the values there are", () => {
  assertEquals(spread([3, undefined, 1, 2]), { median: 2, least: 1, most: 3 });
  assertEquals(spread([4, 1]), { median: 2.5, least: 1, most: 4 });
  assertEquals(spread([undefined]), undefined);
});

Deno.test("renderReport() has medians, ranges, ratios, and what is left blank", () => {
  const report = renderReport(RESULT).replaceAll(/ +/g, " ");
  assertStringIncludes(
    report,
    "| linearizable get, 64 in flight | 10 000 | 9 500 | 20 000 |",
  );
  assertStringIncludes(
    report,
    "| linearizable get, 64 in flight | grpc1.23 | 10 000 (9 000–12 000) | " +
      "6.00 | | 90.0 (80.0–99.0) | 0.90 | 3.00 | 0.45 | |",
  );
  assertStringIncludes(report, "Skipped: etcd3, as npm is missing.");
  assertStringIncludes(report.replaceAll("\n", " "), "go: Cannot measure");
});

Deno.test("renderReport() is as deno fmt has it", async () => {
  await assertFormatted(renderReport({
    ...RESULT,
    codec: [{
      title: "decode",
      bytes: 295_888,
      oursMicros: [100, 120],
      protobufEsMicros: [200],
    }],
    scale: [{
      title: "watchers",
      client: "http2",
      count: 10_000,
      seconds: 1.25,
      cpuSeconds: 0.5,
      beforeMiB: 60,
      peakMiB: 180,
      remark: "an event to all in 300 ms",
    }],
  }));
});
