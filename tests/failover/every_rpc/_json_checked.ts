import { assert } from "@std/assert";

/**
 * The same client, or a part of it, whose every result is written as JSON and
 * as a log would have it before it is given.
 */
export function jsonChecked<T extends object>(part: T): T {
  return new Proxy(part, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (typeof value !== "function") {
        return isFacet(value) ? jsonChecked(value) : value;
      }
      return (...args: unknown[]) => {
        const result = value.apply(target, args);
        return result instanceof Promise ? result.then(checked) : result;
      };
    },
  });
}

function isFacet(value: unknown): value is object {
  return typeof value === "object" && value !== null &&
    Object.hasOwn(value.constructor?.prototype ?? {}, "constructor") &&
    value.constructor.name.endsWith("Facet");
}

function checked<T>(result: T): T {
  const json = JSON.stringify(result);
  // Bytes one by one are nothing to read.
  assert(json === undefined || !/\{"0":\d/.test(json), json);
  const shown = Deno.inspect(result);
  assert(!shown.includes("Uint8Array"), shown);
  return result;
}
