import { assertEquals } from "@std/assert";
import { appendRecord, type SoakRecord } from "../../soak/record.ts";
import { Sums } from "../../soak/result.ts";

function record(seed: number): SoakRecord {
  const result = new Sums().result([], [], {
    transport: "http2",
    balancer: "grpc1.23",
    etcd: "3.5.16",
    seed,
    minutes: 60,
    cpuSeconds: 1,
  });
  return { commit: "c0ffee", dirty: false, ...result };
}

Deno.test("appendRecord() loses no record of those that end at once", async () => {
  const directory = await Deno.makeTempDir();
  const path = `${directory}/soak.json`;
  const seeds = Array.from({ length: 8 }, (_, at) => at);
  await Promise.all(seeds.map((seed) => appendRecord(path, record(seed))));
  const kept: SoakRecord[] = JSON.parse(await Deno.readTextFile(path));
  assertEquals(kept.map(({ seed }) => seed).toSorted(), seeds);
  await Deno.remove(directory, { recursive: true });
});

Deno.test("a result with a leak or a fault has failed", () => {
  const sums = new Sums();
  const setting = record(1);
  assertEquals(sums.result([], [], setting).verdict, "passed");
  assertEquals(sums.result([], ["a socket"], setting).verdict, "failed");
  sums.faults.push("a gap");
  assertEquals(sums.result([], [], setting).verdict, "failed");
});
