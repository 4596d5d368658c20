// When endpoints are tried again, on a clock that stands still.
import { assert, assertEquals } from "@std/assert";
import { Revival } from "../../../../gateway/upstreams/_revival.ts";
import { createSelection } from "../../../../gateway/_selection.ts";
import { makeTarget } from "../../../../gateway/names/_target.ts";
import type { Upstream } from "../../../../gateway/upstreams/_upstream.ts";
import { Upstreams } from "../../../../gateway/upstreams/_upstreams.ts";
import type { GatewayEvent } from "../../../../gateway/view.ts";
import { FakeClock } from "../../support/_fake_clock.ts";

const RETRY_MS = 60_000;

class Fixture {
  readonly clock = new FakeClock();
  readonly upstreams = new Upstreams(createSelection("failover", Math.random));
  readonly events: GatewayEvent[] = [];
  /** When which endpoint was tried, in milliseconds. */
  readonly tries: string[] = [];
  readonly up = new Set<string>();
  hold: Promise<void> | undefined;
  readonly revival = new Revival({
    upstreams: this.upstreams,
    clock: this.clock,
    retryDelayMs: RETRY_MS,
    check: async ({ target }) => {
      this.tries.push(`${target.host} ${this.clock.now()}`);
      if (target.host === "slow") await this.hold;
      if (!this.up.has(target.host)) throw new Error("refused");
    },
    onEvent: (event) => this.events.push(event),
  });

  constructor(...hosts: readonly string[]) {
    this.setHosts(...hosts);
  }

  setHosts(...hosts: readonly string[]): void {
    this.upstreams.replace(
      hosts.map((host) =>
        makeTarget({ host, port: 1, secure: false, priority: 0, weight: 0 })
      ),
    );
  }

  get(host: string): Upstream {
    const found = this.upstreams.all.find(({ target }) => target.host === host);
    if (found === undefined) throw new Error(`no ${host}`);
    return found;
  }

  down(host: string): number {
    this.get(host).deactivate(new Error("refused"));
    return this.revival.add(this.get(host));
  }

  async advance(ms: number, stepMs = ms): Promise<void> {
    for (let left = ms; left > 0; left -= stepMs) {
      this.clock.advance(Math.min(stepMs, left));
      await settled();
    }
  }
}

/** Everything that waits for nothing but promises has run. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

Deno.test("Revival tries every retry delay while another endpoint serves", async () => {
  const fixture = new Fixture("a", "b");
  assertEquals(fixture.down("a"), RETRY_MS);
  await fixture.advance(RETRY_MS - 1);
  assertEquals(fixture.tries, []);
  await fixture.advance(1);
  await fixture.advance(RETRY_MS);
  assertEquals(fixture.tries, ["a 60000", "a 120000"]);
  fixture.up.add("a");
  await fixture.advance(RETRY_MS);
  assertEquals(fixture.get("a").state, "active");
  assertEquals(fixture.events.map(({ type }) => type), [
    "still_inactive",
    "still_inactive",
    "activated",
  ]);
  assertEquals(fixture.clock.pending, 0);
});

Deno.test("Revival looks at once, then less and less often, while none serves", async () => {
  const fixture = new Fixture("a", "b");
  fixture.down("a");
  await fixture.advance(30_000);
  assertEquals(fixture.tries, []);
  assertEquals(fixture.down("b"), 100);
  await fixture.advance(130_000, 50);
  const of = (host: string) =>
    fixture.tries.filter((line) => line.startsWith(host))
      .map((line) => Number(line.slice(2)) - 30_000);
  const growing = [100, 300, 700, 1_500, 3_100, 6_300, 12_700, 25_500, 51_100];
  assertEquals(of("a"), [...growing, 102_300]);
  assertEquals(of("b"), [...growing, 102_300]);
  // The next is due a retry delay later, not 102.4 s.
  await fixture.advance(40_000, 50);
  assertEquals(of("a").at(-1), 162_300);
  fixture.revival.close();
  assertEquals(fixture.clock.pending, 0);
});

Deno.test("Revival.any() tries at once for a client, once for many", async () => {
  const fixture = new Fixture("a", "b");
  fixture.down("a");
  fixture.down("b");
  await fixture.advance(20_000, 50);
  const before = fixture.tries.length;
  fixture.up.add("b");
  const answers = Promise.all(
    Array.from({ length: 100 }, () => fixture.revival.any()),
  );
  await fixture.advance(1);
  assertEquals(new Set(await answers), new Set([true]));
  assertEquals(fixture.tries.length - before, 2);
  assert(await fixture.revival.any());
  fixture.revival.close();
});

Deno.test("Revival.any() waits out the shortest wait after a failure", async () => {
  const fixture = new Fixture("a");
  fixture.down("a");
  await fixture.advance(60);
  const answer = fixture.revival.any();
  await fixture.advance(39);
  assertEquals(fixture.tries, []);
  await fixture.advance(1);
  assert(!(await answer));
  assertEquals(fixture.tries, ["a 100"]);
  fixture.revival.close();
});

Deno.test("Revival.any() does not wait for a silent endpoint when another is back", async () => {
  const fixture = new Fixture("slow", "b");
  const release = Promise.withResolvers<void>();
  fixture.hold = release.promise;
  fixture.down("slow");
  fixture.down("b");
  const first = fixture.revival.any();
  await fixture.advance(100);
  fixture.up.add("b");
  await fixture.advance(200);
  assert(await first);
  release.resolve();
  await settled();
  fixture.revival.close();
});

Deno.test("Revival ends its waiting when it is closed, or the endpoint leaves", async () => {
  const fixture = new Fixture("a");
  fixture.down("a");
  const first = fixture.revival.any();
  fixture.setHosts("b");
  fixture.revival.onEndpoints();
  assert(await first);
  assertEquals(fixture.clock.pending, 0);
  fixture.down("b");
  const second = fixture.revival.any();
  fixture.revival.close();
  assert(!(await second));
  assert(!(await fixture.revival.any()));
  assertEquals(fixture.clock.pending, 0);
});

Deno.test("Revival looks soon when the last endpoint that served leaves the list", async () => {
  const fixture = new Fixture("a", "b");
  fixture.down("a");
  fixture.setHosts("a");
  fixture.revival.onEndpoints();
  await fixture.advance(100);
  assertEquals(fixture.tries, ["a 100"]);
  fixture.revival.close();
});
