/** What a client is to make of an answer, written as plainly as can be. */
import * as http2 from "../../../../../balancers/http2/frames/_constants.ts";
import type { Reach } from "../../../../../errors/reach.ts";
import { GRPC_CODE } from "../../../../../errors/codes.ts";
import type { Pair } from "../hpack/_story.ts";

/** How a call is to end. */
export interface ModelEnd {
  readonly grpcCode: number;
  readonly reach: Reach;
}

const INTERNAL: ModelEnd = {
  grpcCode: GRPC_CODE.internal,
  reach: "unanswered",
};

const BY_HTTP_STATUS: Readonly<Record<string, number>> = {
  "400": GRPC_CODE.internal,
  "401": GRPC_CODE.unauthenticated,
  "403": GRPC_CODE.permissionDenied,
  "404": GRPC_CODE.unimplemented,
  "429": GRPC_CODE.unavailable,
  "502": GRPC_CODE.unavailable,
  "503": GRPC_CODE.unavailable,
  "504": GRPC_CODE.unavailable,
};

const BY_RESET: Readonly<Record<number, number>> = {
  [http2.REFUSED_STREAM]: GRPC_CODE.unavailable,
  [http2.CANCEL]: GRPC_CODE.canceled,
  [http2.ENHANCE_YOUR_CALM]: GRPC_CODE.resourceExhausted,
  [http2.INADEQUATE_SECURITY]: GRPC_CODE.permissionDenied,
};

/** One stream, as the frames of the peer make it. */
export class ModelAnswer {
  readonly #kind: "unary" | "stream";
  /** All messages that have come, as text. */
  readonly messages: string[] = [];
  end: ModelEnd | undefined;
  #begun = false;
  /** What `content-length` says there is to come. */
  #left = NaN;
  /** Of a message whose end has not come. */
  #rest = "";

  constructor(kind: "unary" | "stream") {
    this.#kind = kind;
  }

  /** It ends in this way, if it has not ended. */
  finish(end: ModelEnd): void {
    this.end ??= end;
  }

  onHeaders(fields: readonly Pair[], ends: "ends" | "goes on"): void {
    if (this.end !== undefined) return;
    const { ":status": httpStatus = "0", ...rest } = Object.fromEntries(fields);
    const type = rest["content-type"] ?? "";
    const grpcStatus = rest["grpc-status"];
    const foreign: ModelEnd = {
      grpcCode: BY_HTTP_STATUS[httpStatus] ?? GRPC_CODE.unknown,
      reach: type === "" ? "unanswered" : "answered",
    };
    const malformed = isMalformed(fields) ||
      (this.#begun
        ? ":status" in Object.fromEntries(fields)
        : !/^[1-9]\d\d$/.test(httpStatus) || httpStatus === "101" ||
          (httpStatus.startsWith("1") && ends === "ends"));
    if (malformed) return this.finish(INTERNAL);
    if (!this.#begun) this.#left = Number(rest["content-length"] ?? NaN);
    if (ends === "ends") {
      if (grpcStatus !== undefined) {
        if (this.#left > 0) return this.finish(INTERNAL);
        return this.#status(grpcStatus);
      }
      return this.finish(this.#begun ? INTERNAL : foreign);
    }
    if (httpStatus.startsWith("1")) return;
    if (this.#begun) return this.finish(INTERNAL);
    this.#begun = true;
    if (httpStatus !== "200" || !/^application\/grpc($|[+;])/.test(type)) {
      this.finish(foreign);
    }
  }

  onData(text: string, ends: "ends" | "goes on"): void {
    if (this.end !== undefined) return;
    if (!this.#begun) return this.finish(INTERNAL);
    this.#left -= text.length;
    if (this.#left < 0) return this.finish(INTERNAL);
    this.#rest += text;
    while (this.#rest.length >= 5 && this.end === undefined) {
      const [flag = 0, a = 0, b = 0, c = 0, d = 0] = Array.from(
        this.#rest.slice(0, 5),
        (char) => char.charCodeAt(0),
      );
      if (flag !== 0) return this.finish(INTERNAL);
      const end = 5 + ((a * 256 + b) * 256 + c) * 256 + d;
      if (this.#rest.length < end) break;
      if (this.#kind === "unary" && this.messages.length > 0) {
        return this.finish(INTERNAL);
      }
      this.messages.push(this.#rest.slice(5, end));
      this.#rest = this.#rest.slice(end);
    }
    if (ends === "ends") this.finish(INTERNAL);
  }

  onReset(errorCode: number): void {
    const grpcCode = BY_RESET[errorCode] ?? GRPC_CODE.internal;
    this.finish({ grpcCode, reach: "unanswered" });
  }

  #status(text: string): void {
    const grpcCode = /^(0|[1-9]\d*)$/.test(text)
      ? Number(text)
      : GRPC_CODE.unknown;
    const missing = grpcCode === GRPC_CODE.ok &&
      (this.#rest !== "" ||
        (this.#kind === "unary" && this.messages.length === 0));
    this.finish(missing ? INTERNAL : { grpcCode, reach: "answered" });
  }
}

/** Whether a field is wrong wherever it stands. */
function isMalformed(fields: readonly Pair[]): boolean {
  const names = fields.map(([name]) => name);
  const [first, ...others] = names;
  return fields.some(([name, value]) =>
    name.toLowerCase() !== name || name === "connection" ||
    /[\0\r\n]/.test(value) ||
    (name === "content-length" && !/^\d+$/.test(value))
  ) || others.some((name) => name.startsWith(":")) ||
    (first?.startsWith(":") === true && first !== ":status");
}
