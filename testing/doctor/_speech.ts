/** The language that an endpoint speaks where no member answers, or beside it. */

/** The first byte of a TLS alert, and of a handshake. */
const TLS_RECORDS: readonly number[] = [0x15, 0x16];

/** An answer in HTTP/1.1, taken apart. */
export interface Speech {
  /** The status; missing where the answer is not HTTP. */
  readonly status?: number;
  /** The name by which the server calls itself; etcd has none. */
  readonly server?: string;
  /** The time by the server's clock, in milliseconds since 1970. */
  readonly dateMs?: number;
  /** Whether it is etcd that has answered. */
  readonly isEtcd: boolean;
  /** Whether it speaks TLS, and was asked without. */
  readonly wantsTls: boolean;
}

/** Reads the first bytes of an answer. */
export function readSpeech(text: string): Speech {
  const [head = "", body = ""] = text.split("\r\n\r\n");
  const status = /^HTTP\/1\.\d (\d{3})/.exec(head)?.[1];
  const field = (name: string): string | undefined =>
    new RegExp(`^${name}: *(.+)$`, "im").exec(head)?.[1]?.trim();
  const server = field("server");
  const dateMs = Date.parse(field("date") ?? "");
  return {
    ...status !== undefined && { status: Number(status) },
    ...server !== undefined && { server },
    ...Number.isFinite(dateMs) && { dateMs },
    isEtcd: body.includes('"etcdserver"'),
    // A TLS alert, or what Go's and nginx's servers say instead of it.
    wantsTls: TLS_RECORDS.includes(text.charCodeAt(0)) ||
      /HTTP request (was sent )?to (an )?HTTPS/i.test(text),
  };
}
