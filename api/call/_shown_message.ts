import { type Int64, toBigInt, toUnsignedBigInt } from "../../proto/int64.ts";
import { copyBytes, jsonable } from "../values/mod.ts";

/** Fields that nobody is shown. */
const SECRETS: ReadonlySet<string> = new Set([
  "password",
  "hashedPassword",
  "token",
]);

/** A copy of a message for people to look at, without what is secret in it. */
export function shownMessage(message: unknown): unknown {
  if (typeof message !== "object" || message === null) return message;
  if (message instanceof Uint8Array) return copyBytes(message);
  if (Array.isArray(message)) return message.map(shownMessage);
  const fields: Record<string, unknown> = {};
  // Those that are inherited too: defaults are in the prototype. The codec keeps
  // its own things in names with a dollar sign.
  for (const name in message) {
    if (name.startsWith("$") || SECRETS.has(name)) continue;
    const value = (message as Readonly<Record<string, unknown>>)[name];
    if (value === undefined || value === null) continue;
    if (typeof value === "function") continue;
    fields[name] = isInt64(value)
      ? (value.unsigned === true ? toUnsignedBigInt : toBigInt)(value)
      : shownMessage(value);
  }
  return jsonable(fields);
}

function isInt64(value: unknown): value is Int64 {
  return typeof value === "object" && value !== null && "low" in value &&
    "high" in value;
}
