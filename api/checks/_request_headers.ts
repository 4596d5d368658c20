/** A header that cannot be sent, and what it must be. */
export interface HeaderFault {
  readonly name: string;
  readonly expected: string;
  readonly value: unknown;
}

/** The most bytes that the headers of one object have, names and values. */
export const MOST_HEADER_BYTES = 8_192;

/** Headers with a meaning of their own, which this client or HTTP/2 sends. */
const RESERVED: ReadonlySet<string> = new Set([
  "authorization",
  "token",
  "hasleader",
  "te",
  "content-type",
  "content-length",
  "user-agent",
  "host",
  "connection",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "upgrade",
]);

/** Names as gRPC has them. */
const NAME = /^[0-9a-z_.-]+$/;
/** Printable ASCII that neither begins nor ends with a space. */
const VALUE = /^[!-~]([ -~]*[!-~])?$/;

/** Whether headers can be sent. */
export function areHeaders(value: unknown): boolean {
  return isObject(value) && bytesOf(value) <= MOST_HEADER_BYTES &&
    headerFault(value) === undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function bytesOf(headers: Readonly<Record<string, unknown>>): number {
  return Object.entries(headers).reduce(
    (sum, [name, value]) => sum + name.length + String(value).length,
    0,
  );
}

/** The first header that cannot be sent. */
export function headerFault(headers: unknown): HeaderFault | undefined {
  if (!isObject(headers)) return undefined;
  for (const [name, value] of Object.entries(headers)) {
    const expected = nameFault(name) ?? valueFault(value);
    if (expected !== undefined) return { name, expected, value };
  }
  return undefined;
}

function nameFault(name: string): string | undefined {
  if (
    RESERVED.has(name.toLowerCase()) || name.startsWith(":") ||
    name.toLowerCase().startsWith("grpc-")
  ) return "absent: the name is reserved";
  if (name.endsWith("-bin")) {
    return "named without '-bin' at the end, which stands for binary values";
  }
  return NAME.test(name)
    ? undefined
    : "named with lower-case letters, digits, '-', '_' and '.' alone";
}

function valueFault(value: unknown): string | undefined {
  return typeof value === "string" && (value === "" || VALUE.test(value))
    ? undefined
    : "a string of printable ASCII, without a space at either end";
}
