import { assertEquals, assertMatch } from "@std/assert";
import { growth, judgeLeaks, type QuietPoint } from "../../soak/judge.ts";
import { seededRandom } from "../support/_fake_clock.ts";

const KIB = 1024;
const MIB = 1024 * KIB;
/** An hour of windows of two minutes. */
const WINDOWS = 28;

const random = seededRandom(7);
const noise = (bytes: number) => Math.floor(random() * bytes);

/** The quiet points of an hour; `leak` adds to what a sound client holds. */
function hour(
  leak: (window: number) => Partial<Record<keyof QuietPoint, number>> =
    () => ({}),
): readonly QuietPoint[] {
  return Array.from({ length: WINDOWS }, (_, window) => {
    const more = leak(window);
    const plus = (name: keyof QuietPoint) => more[name] ?? 0;
    // The first windows make the compiler work.
    const warming = window < 2 ? (window - 2) * 2 * MIB : 0;
    return {
      sockets: 8 + plus("sockets"),
      connections: 3 + plus("connections"),
      ownConnections: 3 + plus("ownConnections"),
      serverWatches: 5 + plus("serverWatches"),
      ownWatches: 5,
      ownLeases: 3,
      serverLeases: 3 + plus("serverLeases"),
      timers: 10 + noise(2) + plus("timers"),
      activeTimers: 1 + plus("activeTimers"),
      heapBytes: 14 * MIB + warming + noise(300 * KIB) + plus("heapBytes"),
      externalBytes: 2 * MIB + noise(100 * KIB) + plus("externalBytes"),
      rssBytes: 100 * MIB + noise(20 * MIB) + plus("rssBytes"),
    };
  });
}

function findings(
  leak: (window: number) => Partial<Record<keyof QuietPoint, number>>,
): readonly string[] {
  return judgeLeaks(hour(leak), "grpc1.23");
}

Deno.test("judgeLeaks() finds nothing where nothing leaks, noise or not", () => {
  for (let times = 0; times < 50; times++) {
    assertEquals(judgeLeaks(hour(), "grpc1.23"), []);
  }
});

Deno.test("judgeLeaks() finds one socket that is left in one window", () => {
  const [found = "", ...more] = findings((window) => ({
    sockets: window < 20 ? 0 : 1,
  }));
  assertEquals(
    found,
    "sockets: 8 at the first quiet point, 9 at the 21st, 9 at the last",
  );
  assertEquals(more, []);
});

Deno.test("judgeLeaks() finds a connection that is left, known to the client or not", () => {
  const left = (window: number) => window === 27 ? 1 : 0;
  assertEquals(
    findings((window) => ({
      sockets: left(window),
      connections: left(window),
    })).map((text) => text.split(":")[0]),
    ["connections"],
  );
  assertEquals(
    findings((window) => ({
      sockets: left(window),
      connections: left(window),
      ownConnections: left(window),
    })).map((text) => text.split(":")[0]),
    ["ownConnections"],
  );
});

Deno.test("judgeLeaks() lets grpc1.7 leave streams where they run, and no more", () => {
  const moved = (connections: number) =>
    judgeLeaks(
      hour((window) => {
        const more = window % 2 === 0 ? -2 : connections - 3;
        return {
          sockets: more,
          connections: more,
          ownConnections: more,
          timers: more,
        };
      }),
      "grpc1.7",
    );
  assertEquals(moved(4), []);
  assertEquals(moved(5).length, 1);
});

Deno.test("judgeLeaks() finds one timer a window", () => {
  const [found = ""] = findings((window) => ({ timers: window }));
  assertMatch(
    found,
    /^timers: 1\d at the first quiet point, 1\d at the [345]th/,
  );
});

// As they were in an hour of each strategy over http2, from the seeds 3001,
// 3017 and 3123.
const TIMERS_OF_AN_HOUR = [
  "8 9 7 9 6 9 8 9 7 8 8 8 7 7 6 9 7 7 7 9 8 7 7 8 7 7 8 9 7",
  "8 8 8 10 8 8 8 11 8 8 9 10 8 8 8 10 10 8 9 11 10 9 8 11 8 9 8 10",
  "9 7 8 10 10 8 8 11 9 9 9 11 10 10 7 11 8 10 9 10 9 8 8 11 11 10 8 11 9",
];

Deno.test("judgeLeaks() finds nothing in timers that come and go", () => {
  for (const hour of TIMERS_OF_AN_HOUR) {
    const points = judgedTimers(hour.split(" ").map(Number));
    assertEquals(points, []);
  }
});

Deno.test("judgeLeaks() finds four timers that were lost in one window", () => {
  for (const hour of TIMERS_OF_AN_HOUR) {
    const timers = hour.split(" ").map(Number);
    const [found = ""] = judgedTimers(
      timers.map((count, window) => window < 9 ? count : count + 4),
    );
    assertMatch(found, /^timers: /);
  }
});

function judgedTimers(timers: readonly number[]): readonly string[] {
  return judgeLeaks(
    hour().slice(0, timers.length).map((point, window) => ({
      ...point,
      timers: timers[window] ?? 0,
    })),
    "grpc1.23",
  );
}

Deno.test("judgeLeaks() finds a watch or a lease that the servers still have", () => {
  for (const name of ["serverWatches", "serverLeases"] as const) {
    const [found = ""] = findings((window) => ({ [name]: window < 9 ? 0 : 1 }));
    assertMatch(found, new RegExp(`^${name}: .* at the 10th`));
  }
});

Deno.test("judgeLeaks() finds 100 KiB a window", () => {
  for (const name of ["heapBytes", "externalBytes"] as const) {
    const found = findings((window) => ({ [name]: window * 100 * KIB }));
    assertEquals(found.length, 1);
    assertMatch(found[0] ?? "", new RegExp(`^${name} grew by 1\\.\\d\\d MiB`));
  }
});

Deno.test("growth() leaves the warm-up out, and needs three to compare", () => {
  assertEquals(growth([0, 50, 100, 100, 100]), 0);
  assertEquals(growth([0, 0, 100, 200, 300]), 200);
  assertEquals(growth([0, 0, 100, 900]), 0);
});

Deno.test("judgeLeaks() does not pass what was not measured", () => {
  assertEquals(judgeLeaks([], "grpc1.23"), ["nothing was measured"]);
});
