/** What `JSON.stringify` makes of results, which it cannot do by itself. */

// Behind the objects, so that they look plain and making one costs no more.
const PLAIN: object = Object.create(Object.prototype, {
  toJSON: { value: toJson, writable: true, configurable: true },
});

/** The same fields as an object with a JSON form. */
export function jsonable<T extends object>(fields: T): T {
  return Object.assign(Object.create(PLAIN), fields);
}

/** Gives a list of `bigint` its JSON form. */
export function jsonableList<T extends readonly unknown[]>(list: T): T {
  return Object.defineProperty(list, "toJSON", {
    value: toJson,
    writable: true,
    configurable: true,
  });
}

/** Gives what a class makes a JSON form, and the looks of a plain object. */
export function makeJsonable(made: { readonly prototype: object }): void {
  Reflect.deleteProperty(made.prototype, "constructor");
  Object.setPrototypeOf(made.prototype, PLAIN);
}

function toJson(this: object): unknown {
  if (Array.isArray(this)) return this.map(jsonValue);
  return Object.fromEntries(
    Object.entries(this).map(([name, value]) => [name, jsonValue(value)]),
  );
}

function jsonValue(value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}
