import type { Headers } from "../../transport/mod.ts";
import type { Field, HeaderTemplate, HpackEncoder } from "../hpack/mod.ts";

/** The parts that all requests on a connection have in common. */
export interface RequestScope {
  readonly scheme: "http" | "https";
  /** `:authority`. */
  readonly authority: string;
}

/** The most bytes that the names and values of a request's headers may have. */
export const MAX_HEADERS_BYTES = 65_536;

const USER_AGENT = "grpc-etcdeno";

/**
 * The header blocks of requests (gRPC over HTTP/2, "Requests"; RFC 9113,
 * 8.3.1): made once for a path and an object of headers.
 */
export class RequestBlocks {
  readonly #encoder: HpackEncoder;
  readonly #scope: RequestScope;
  readonly #plain = new Map<string, HeaderTemplate>();
  readonly #withHeaders = new WeakMap<Headers, Map<string, HeaderTemplate>>();

  constructor(encoder: HpackEncoder, scope: RequestScope) {
    this.#encoder = encoder;
    this.#scope = scope;
  }

  /**
   * The block of a request but for what differs each time.
   *
   * @throws {TypeError} If HTTP/2 does not allow a name or a value.
   * @throws {RangeError} If the headers are too large.
   */
  template(path: string, headers: Headers | undefined): HeaderTemplate {
    const templates = headers === undefined
      ? this.#plain
      : this.#templatesOf(headers);
    let template = templates.get(path);
    if (template === undefined) {
      const fields = this.#fields(path, headers);
      checkSize(fields);
      template = this.#encoder.template(fields);
      templates.set(path, template);
    }
    return template;
  }

  #templatesOf(headers: Headers): Map<string, HeaderTemplate> {
    let templates = this.#withHeaders.get(headers);
    if (templates === undefined) {
      templates = new Map();
      this.#withHeaders.set(headers, templates);
    }
    return templates;
  }

  #fields(path: string, headers: Headers | undefined) {
    const { scheme, authority } = this.#scope;
    return Object.entries({
      ":method": "POST",
      ":scheme": scheme,
      ":path": path,
      ":authority": authority,
      te: "trailers",
      "content-type": "application/grpc",
      "user-agent": USER_AGENT,
      ...headers,
    }).map(([name, value]) => ({ name, value }));
  }
}

function checkSize(fields: readonly Field[]): void {
  const bytes = fields.reduce(
    (sum, { name, value }) => sum + name.length + value.length,
    0,
  );
  if (bytes <= MAX_HEADERS_BYTES) return;
  throw new RangeError(
    `Cannot send headers: they have ${bytes} bytes, allowed are ${MAX_HEADERS_BYTES}`,
  );
}
