// After any sequence of cuts, compactions, restores and slow consumers, a view
// equals a read at its revision, and its changes lead there, each told once.
import { assert, assertEquals } from "@std/assert";
import type { View, ViewUpdate } from "../../../../recipes/mod.ts";
import { seededRandom } from "../../support/_fake_clock.ts";
import { freshSeeds, seeds } from "../../support/_seeds.ts";
import { FakeStore, macrotask, type Saved } from "./_fake_store.ts";
import { Followed, shown, startView } from "./_followed.ts";

const STEPS = 60;
const KEYS = ["a", "b", "c/1", "c/2", "d", "e", "ä"];

class Run {
  readonly random: () => number;
  readonly store: FakeStore;
  readonly #saved: Saved[] = [];
  #writes = 0;
  /** Of those at one revision, the view has that of the newest epoch. */
  readonly #states = new Map<bigint, string[]>();

  constructor(seed: number) {
    this.random = seededRandom(seed);
    this.store = new FakeStore({
      random: this.random,
      failing: this.random() < 0.5 ? 0 : 0.2,
      isProxy: this.random() < 0.2,
    });
    this.#note();
  }

  below(limit: number): number {
    return Math.floor(this.random() * limit);
  }

  write(): void {
    if (this.random() < 0.2) this.store.writeElsewhere();
    else {
      const keys = KEYS.filter(() => this.random() < 0.3);
      const values = keys.map((key) => {
        const drawn = this.random();
        // Some have the same value again.
        const value = drawn < 0.1 ? "bad" : drawn < 0.4 ? "same" : undefined;
        const next = value ?? `${++this.#writes}`;
        return [key, this.random() < 0.3 ? undefined : next];
      });
      this.store.write(Object.fromEntries(values));
    }
    this.#note();
  }

  async step(view: View<string>): Promise<void> {
    const { store } = this;
    const drawn = this.random();
    if (drawn < 0.5) this.write();
    else if (drawn < 0.6) store.compact();
    else if (drawn < 0.65) this.#saved.push(store.save());
    else if (drawn < 0.7) await this.#goBack(view);
    else if (drawn < 0.8) {
      store.connect(this.random() < 0.7 ? "nothing" : "m1");
    } else if (drawn < 0.9) await macrotask();
    if (this.random() < 0.6) store.pump();
    this.check(view);
  }

  /** Lets it catch up. */
  async settle(view: View<string>): Promise<void> {
    const { store } = this;
    store.heal();
    for (let at = 0;; at++) {
      store.connect("m1");
      store.pump();
      await macrotask();
      this.check(view);
      const isBack = view.state.kind === "live" &&
        view.revision <= store.revision;
      if (isBack && at > 3) return;
      assert(at < 500, `${view.state.kind} ${view.revision} ${store.revision}`);
    }
  }

  /** The view equals a read at its revision. */
  check(view: View<string>): void {
    const states = this.#states.get(view.revision) ?? [];
    const invalid = new Map(view.invalid.map((one) => [one.key, one.revision]));
    const own = shown([...view].filter(({ key }) => !invalid.has(key.text())));
    const all = `${own} | ${
      [...invalid].sort(([one], [other]) => one < other ? -1 : 1).join(" ")
    }`;
    assert(
      states.includes(all),
      `at ${view.revision} [${all}] and not [${states.join("] or [")}]`,
    );
    assertEquals(view.size, [...view].length);
  }

  async #goBack(view: View<string>): Promise<void> {
    const at = this.below(this.#saved.length);
    // A branch that was left is ahead of the view: its revisions tell nothing.
    const saved = this.#saved.splice(at)[0];
    if (saved === undefined) return;
    this.#saved.push(saved);
    const { store } = this;
    store.restore(saved);
    // A store that has passed the view again cannot be known from one that has
    // not gone back: it has to notice before.
    while (store.revision + 1n < view.revision && this.random() < 0.6) {
      this.write();
    }
    await this.settle(view);
  }

  #note(): void {
    const { revision } = this.store;
    const good: { key: string; text: string }[] = [];
    const bad: string[] = [];
    const state = [...this.store.stateAt(revision)]
      .sort(([one], [other]) => one < other ? -1 : 1);
    for (const [key, { value, modRevision }] of state) {
      if (value.text() === "bad") bad.push(`${key},${modRevision}`);
      else good.push({ key, text: `${key}=${value}@${modRevision}` });
    }
    const text = `${good.map((one) => one.text).join(" ")} | ${bad.join(" ")}`;
    const states = this.#states.get(revision) ?? [];
    this.#states.set(revision, [...states, text]);
  }
}

async function play(seed: number): Promise<void> {
  const run = new Run(seed);
  for (let at = run.below(6); at > 0; at--) run.write();
  const view = await started(run);
  run.check(view);
  const all = new Followed(view);
  const slow = new Followed(view, {
    changes: { buffer: { changes: 3, policy: "coalesce" } },
    slow: async () => {
      for (let at = run.below(4); at > 0; at--) await macrotask();
    },
  });
  for (let at = 0; at < STEPS; at++) await run.step(view);
  await run.settle(view);
  const waited = view.waitFor(run.store.revision);
  await run.settle(view);
  await waited;
  assertEquals(view.revision, run.store.revision);
  run.check(view);
  const last = shown(view);
  for (let at = 0; slow.shown !== last && at < 100; at++) await macrotask();
  for (const followed of [all, slow]) {
    assertEquals(followed.faults, []);
    if (run.store.epoch === 0) assertEquals(followed.repeats, []);
    assertEquals(followed.shown, last);
    assertEquals(followed.error, undefined);
  }
  origins(all.updates);
  await view.close();
  await Promise.all([all.done, slow.done]);
  assertEquals(run.store.watches.size, 0);
}

/** A read at the start fails as the client's own does. */
async function started({ store, random }: Run): Promise<View<string>> {
  for (;;) {
    try {
      return await startView(store, { random, onInvalid: () => {} });
    } catch (error) {
      assertEquals((error as { code: string }).code, "unavailable");
    }
  }
}

const met = new Map<string, number>();

function origins(updates: readonly ViewUpdate<string>[]): void {
  for (const { origin } of updates) met.set(origin, (met.get(origin) ?? 0) + 1);
}

Deno.test("A view equals a read at its revision after any faults, and tells each difference once", async () => {
  for (const seed of [...seeds(600), ...freshSeeds(200)]) {
    try {
      await play(seed);
    } catch (error) {
      throw new Error(`Seed ${seed}`, { cause: error });
    }
  }
  assert((met.get("stream") ?? 0) > 500);
  assert((met.get("reread") ?? 0) > 100);
});
