import type { Selection } from "./_selection.ts";
import type { Target } from "./_target.ts";
import { Upstream } from "./_upstream.ts";

/** The endpoints of a gateway, and which one is next. */
export class Upstreams {
  readonly #selection: Selection;
  #list: readonly Upstream[] = [];

  constructor(selection: Selection) {
    this.#selection = selection;
  }

  /** Those of the list now. */
  get all(): readonly Upstream[] {
    return this.#list;
  }

  /** Whether one can be tried. */
  get anyActive(): boolean {
    return this.#list.some(({ state }) => state === "active");
  }

  /**
   * Replaces the list; those in both keep their state. Gives those that left
   * and those that are new.
   */
  replace(
    targets: readonly Target[],
  ): {
    readonly left: readonly Upstream[];
    readonly added: readonly Upstream[];
  } {
    const known = new Map(this.#list.map((one) => [one.address, one]));
    const added: Upstream[] = [];
    this.#list = targets.map((target) => {
      const upstream = known.get(target.address);
      if (upstream !== undefined) {
        upstream.update(target);
        return upstream;
      }
      const fresh = new Upstream(target);
      added.push(fresh);
      return fresh;
    });
    const left = [...known.values()].filter((one) => !this.#list.includes(one));
    return { left, added };
  }

  /**
   * The endpoint to try next: an active one of the best priority that is not
   * among those `tried`.
   */
  next(tried: ReadonlySet<Upstream>): Upstream | undefined {
    const candidates = this.#list.filter((one) =>
      one.state === "active" && !tried.has(one)
    );
    if (candidates.length === 0) return undefined;
    const best = Math.min(...candidates.map(({ priority }) => priority));
    return this.#selection(
      candidates.filter(({ priority }) => priority === best),
    );
  }
}
