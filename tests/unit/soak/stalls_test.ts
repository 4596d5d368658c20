import { assertEquals } from "@std/assert";
import { Stalls } from "../../soak/client/_stalls.ts";

Deno.test("Stalls knows of one that goes on, and of those that are over", () => {
  const time = { nowMs: 0 };
  const stalls = new Stalls({ now: () => time.nowMs, cpu: () => 0 });
  time.nowMs = 150;
  assertEquals(stalls.sumMs, 0);
  time.nowMs = 1_100;
  assertEquals(stalls.sumMs, 1_000);
  stalls.tick();
  time.nowMs = 1_200;
  stalls.tick();
  assertEquals(stalls.sumMs, 1_000);
  time.nowMs = 2_300;
  assertEquals(stalls.sumMs, 2_000);
});

Deno.test("Stalls tells of a turn that work made long, not of one without", () => {
  const time = { nowMs: 0, cpuMs: 0 };
  const { now, cpu } = { now: () => time.nowMs, cpu: () => time.cpuMs };
  const stalls = new Stalls({ now, cpu });
  time.nowMs = 2_100;
  time.cpuMs = 300;
  assertEquals(stalls.tick(), undefined);
  time.nowMs += 2_100;
  time.cpuMs += 1_900;
  assertEquals(
    stalls.tick(),
    "the event loop was held up for 2000 ms, with 1900 ms of work",
  );
});
