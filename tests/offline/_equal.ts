/**
 * Structural equality as `@std/assert` defines it, for the offline stand-in.
 *
 * It differs from `node:assert`'s in what tests come to rely on: `0` equals
 * `-0`, and an object without prototype equals a plain one. Where the original
 * is blind (messages of errors, contents of an `ArrayBuffer`) this one looks:
 * the stand-in may be stricter, never more lenient.
 *
 * @module
 */

function sameKind(left: object, right: object): boolean {
  const [one, other] = [left.constructor, right.constructor];
  return one === other || (one === Object && !other) ||
    (!one && other === Object);
}

function enumerableKeys(value: object): PropertyKey[] {
  return Reflect.ownKeys(value).filter((key) =>
    Object.prototype.propertyIsEnumerable.call(value, key)
  );
}

type Compare = (left: unknown, right: unknown) => boolean;

/** Every item of `left` finds a partner of its own in `right`. */
function pairUp(
  left: readonly unknown[],
  right: readonly unknown[],
  compare: Compare,
): boolean {
  const free = [...right];
  return left.every((item) => {
    const at = free.findIndex((other) => compare(item, other));
    if (at >= 0) free.splice(at, 1);
    return at >= 0;
  }) && free.length === 0;
}

/** Decides the types that hide their content from `Reflect.ownKeys`. */
function compareContent(
  left: object,
  right: object,
  compare: Compare,
): boolean | undefined {
  if (left instanceof RegExp || left instanceof URL) {
    return String(left) === String(right);
  }
  if (left instanceof Date) {
    return compare(left.getTime(), (right as Date).getTime());
  }
  if (left instanceof WeakMap || left instanceof WeakSet) {
    throw new TypeError(
      `Cannot compare ${left.constructor.name} instances: their content is hidden`,
    );
  }
  if (left instanceof WeakRef) {
    return compare(left.deref(), (right as WeakRef<WeakKey>).deref());
  }
  if (left instanceof ArrayBuffer) {
    return compare(new Uint8Array(left), new Uint8Array(right as ArrayBuffer));
  }
  if (left instanceof Set) {
    return pairUp([...left], [...right as Set<unknown>], compare);
  }
  if (left instanceof Map) {
    return pairUp([...left], [...right as Map<unknown, unknown>], compare);
  }
  return undefined;
}

/** True when both values have the same structure and the same leaves. */
export function equal(left: unknown, right: unknown): boolean {
  const seen = new Map<object, object>();
  const compare: Compare = (one, other) => {
    if (one === other || Object.is(one, other)) return true;
    if (
      typeof one !== "object" || typeof other !== "object" || one === null ||
      other === null || !sameKind(one, other)
    ) return false;
    if (seen.get(one) === other) return true;
    seen.set(one, other);
    const decided = compareContent(one, other, compare);
    if (decided !== undefined) return decided;
    if (
      one instanceof Error && other instanceof Error &&
      (one.name !== other.name || one.message !== other.message)
    ) return false;
    const keys = enumerableKeys(one);
    return keys.length === enumerableKeys(other).length &&
      keys.every((key) =>
        key in other && compare(Reflect.get(one, key), Reflect.get(other, key))
      );
  };
  return compare(left, right);
}

/** True when `actual` has at least everything that `expected` has. */
export function contains(actual: unknown, expected: unknown): boolean {
  const seen = new Map<object, object>();
  const compare: Compare = (whole, part) => {
    if (
      typeof whole !== "object" || typeof part !== "object" || whole === null ||
      part === null || part instanceof RegExp || part instanceof Date
    ) return equal(whole, part);
    if (seen.get(whole) === part) return true;
    seen.set(whole, part);
    if (part instanceof Set) {
      return whole instanceof Set && [...part].every((item) => whole.has(item));
    }
    if (part instanceof Map) {
      return whole instanceof Map &&
        [...part].every(([key, value]) =>
          whole.has(key) && compare(whole.get(key), value)
        );
    }
    if (Array.isArray(whole) !== Array.isArray(part)) return false;
    return enumerableKeys(part).every((key) =>
      key in whole && compare(Reflect.get(whole, key), Reflect.get(part, key))
    );
  };
  return compare(actual, expected);
}
