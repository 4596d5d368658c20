import { assertEquals } from "@std/assert";
import { SharedTimers } from "../../../../gateway/sockets/_shared_timers.ts";
import { FakeClock } from "../../support/_fake_clock.ts";

Deno.test("SharedTimers ring when they are due, by one timer for each length", () => {
  const clock = new FakeClock();
  const timers = new SharedTimers(clock);
  const rang: string[] = [];
  const set = (ms: number, name: string) =>
    timers.schedule(ms, () => rang.push(`${name} ${clock.now()}`));
  set(100, "first");
  clock.advance(30);
  const cancel = set(100, "canceled");
  set(40, "short");
  clock.advance(30);
  set(100, "last");
  assertEquals(clock.pending, 2);
  cancel();
  clock.advance(200);
  assertEquals(rang, ["short 70", "first 100", "last 160"]);
  assertEquals(clock.pending, 0);
});

Deno.test("SharedTimers set no timer for each task that ends before its time", () => {
  const clock = new FakeClock();
  const timers = new SharedTimers(clock);
  let rang = 0;
  for (let n = 0; n < 1_000; n++) timers.hold(5_000, () => rang++)();
  assertEquals(clock.pending, 1);
  timers.hold(5_000, () => rang++);
  timers.close();
  assertEquals(clock.pending, 0);
  clock.advance(10_000);
  assertEquals(rang, 0);
});
