import type { Selection } from "../_selection.ts";
import type { Target } from "../names/mod.ts";
import { Upstream } from "./_upstream.ts";

/** Knowledge of the names of endpoints. */
export interface KnownNames {
  /** Whether an endpoint can be dialled without a look-up. */
  isKnown(upstream: Upstream): boolean;
  /** Called for an endpoint that others go before, as its name is not known. */
  onUnknown(upstream: Upstream): void;
}

const ALL_KNOWN: KnownNames = { isKnown: () => true, onUnknown() {} };

/** The endpoints of a gateway, and which one is next. */
export class Upstreams {
  readonly #selection: Selection;
  #list: readonly Upstream[] = [];

  constructor(selection: Selection) {
    this.#selection = selection;
  }

  /** The endpoints in the list now. */
  get all(): readonly Upstream[] {
    return this.#list;
  }

  /** Whether an endpoint can be tried. */
  get anyActive(): boolean {
    return this.#list.some(({ state }) => state === "active");
  }

  /**
   * Replaces the list; endpoints in both lists keep their state. Returns the
   * endpoints that left and those that are new.
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
   * among those `tried`. One whose name is not known comes after the others.
   */
  next(
    tried: ReadonlySet<Upstream>,
    { isKnown, onUnknown }: KnownNames = ALL_KNOWN,
  ): Upstream | undefined {
    const known: Upstream[] = [];
    const unknown: Upstream[] = [];
    for (const one of this.#list) {
      if (one.state !== "active" || tried.has(one)) continue;
      (isKnown(one) ? known : unknown).push(one);
    }
    for (const one of unknown) onUnknown(one);
    const candidates = known.length > 0 ? known : unknown;
    if (candidates.length === 0) return undefined;
    const best = Math.min(...candidates.map(({ priority }) => priority));
    return this.#selection(
      candidates.filter(({ priority }) => priority === best),
    );
  }
}
