/** The rules for fields, which a malformed response breaks (RFC 9113, 8.2, 8.3). */
import { shownText } from "../frames/mod.ts";

/** Fields that are about a connection of HTTP/1 (8.2.2). */
const OF_CONNECTION: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "upgrade",
]);

/** Names that nearly all blocks have, and that need no look at each letter. */
const USUAL: ReadonlySet<string> = new Set([
  "content-type",
  "grpc-status",
  "grpc-message",
]);

/** Neither a space, nor upper case, nor a colon, nor beyond ASCII (8.2.1). */
const NAME = /^[!-9;-@[-~]+$/;

/**
 * The characters of no value (8.2.1). That none may begin or end with a space is
 * not checked: grpc-go sends a status message that does as it is.
 */
const FORBIDDEN = /[\0\r\n]/;

const COLON = 58;

/** Holds the fields of one block against the rules, as they come. */
export class FieldRules {
  /** The first thing that is wrong with any of them, in words. */
  fault: string | undefined = undefined;
  /** The value of `:status`, which trailers do not have. */
  status: string | undefined = undefined;
  /** The value of `content-length`. */
  length: string | undefined = undefined;
  #regular: "none yet" | "some" = "none yet";

  /** Before another block. */
  reset(): void {
    this.fault = undefined;
    this.status = undefined;
    this.length = undefined;
    this.#regular = "none yet";
  }

  /** Looks at the next field. */
  check(name: string, value: string): void {
    if (name.charCodeAt(0) === COLON) {
      this.fault ??= this.#pseudoFault(name);
      if (name === ":status") this.status = value;
    } else {
      this.#regular = "some";
      if (!USUAL.has(name)) this.fault ??= this.#nameFault(name, value);
    }
    if (value !== "" && FORBIDDEN.test(value)) {
      this.fault ??= `the value of ${shownText(name)} is ${shownText(value)}`;
    }
  }

  #pseudoFault(name: string): string | undefined {
    if (name !== ":status") return `there is no field ${shownText(name)}`;
    if (this.status !== undefined) return "it has ':status' twice";
    return this.#regular === "some"
      ? "':status' comes behind other fields"
      : undefined;
  }

  #nameFault(name: string, value: string): string | undefined {
    if (!NAME.test(name)) return `no field may be named ${shownText(name)}`;
    if (OF_CONNECTION.has(name)) {
      return `'${name}' is of HTTP/1 (${shownText(value)})`;
    }
    return name === "content-length" ? this.#lengthFault(value) : undefined;
  }

  #lengthFault(value: string): string | undefined {
    const before = this.length;
    this.length = value;
    if (/^\d{1,15}$/.test(value) && (before ?? value) === value) {
      return undefined;
    }
    return `its 'content-length' is ${
      before === undefined ? "" : `${shownText(before)} and `
    }${shownText(value)}`;
  }
}
