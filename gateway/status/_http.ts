/** HTTP/1, as far as two pages of status need it. */
import type { Connection } from "../network/mod.ts";
import { writeAll } from "../sockets/mod.ts";

/** The head of a request. */
export interface RequestHead {
  /** The path, without a query; none if the target is no URL. */
  readonly path: string | undefined;
  readonly method: string;
  readonly version: "1.0" | "1.1";
}

const LONGEST_HEAD_BYTES = 16 << 10;
const REASONS: Readonly<Record<number, string>> = {
  200: "OK",
  400: "Bad Request",
  404: "Not Found",
  503: "Service Unavailable",
};

/** Reads the head of a request; `undefined` if it is not one of HTTP/1. */
export async function readHead(
  connection: Connection,
): Promise<RequestHead | undefined> {
  const bytes = new Uint8Array(LONGEST_HEAD_BYTES);
  let text = "";
  for (let length = 0; !/\r?\n\r?\n/.test(text);) {
    const size = length < bytes.length
      ? await connection.read(bytes.subarray(length))
      : null;
    if (size === null) return undefined;
    length += size;
    text = new TextDecoder().decode(bytes.subarray(0, length));
  }
  const match = /^(\S+) (\S+) HTTP\/(1\.[01])\r?\n/.exec(text);
  if (match === null) return undefined;
  const [, method = "", target = "", version = ""] = match;
  return {
    method,
    path: URL.parse(target, "http://gateway")?.pathname,
    version: version === "1.0" ? "1.0" : "1.1",
  };
}

/**
 * Writes the answer and ends the connection. A body of the request is read and
 * dropped: closing before would reset the connection, and the answer with it.
 */
export async function writeResponse(
  connection: Connection,
  head: RequestHead | undefined,
  response: Response,
): Promise<void> {
  const { status, headers } = response;
  const body = new Uint8Array(await response.arrayBuffer());
  const lines = [
    `HTTP/${head?.version ?? "1.1"} ${status} ${REASONS[status] ?? ""}`,
    ...[...headers].map(([name, value]) => `${name}: ${value}`),
    `content-length: ${body.length}`,
    "connection: close",
  ];
  const text = new TextEncoder().encode(`${lines.join("\r\n")}\r\n\r\n`);
  await writeAll(connection, text);
  if (head?.method !== "HEAD") await writeAll(connection, body);
  await connection.closeWrite();
  const rest = new Uint8Array(4 << 10);
  while (await connection.read(rest) !== null);
}
