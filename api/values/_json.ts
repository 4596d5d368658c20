/** The JSON form of results: `JSON.stringify` cannot write a `bigint`. */

// In the prototype, so that the objects look plain and cost no more to make.
const PLAIN: object = Object.create(Object.prototype, {
  toJSON: { value: toJson, writable: true, configurable: true },
});

/** Makes an object of these fields that has a JSON form. */
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

/** Gives the objects of a class a JSON form, and the look of plain objects. */
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
