import { inspect } from "node:util";
import { EtcdError } from "./etcd_error.ts";

/** The fault of an option, see {@linkcode InvalidOptionError}. */
export interface InvalidOptionInit {
  /** Completes "must be …". */
  readonly expected: string;
  /** Completes "Cannot …". @default {"use the options"} */
  readonly action?: string;
  /** Stands in place of a value that may be a secret. */
  readonly shown?: string;
  /** The public method that was called, such as `put`. */
  readonly method?: string;
}

/** An option, argument or endpoint is not acceptable; nothing was sent. */
export class InvalidOptionError extends EtcdError {
  /** The option's name, such as `requestTimeoutMs`. */
  readonly option: string;
  /** The value that was given. */
  readonly value: unknown;
  readonly #init: InvalidOptionInit;

  /** Makes the error for one option and its value. */
  constructor(option: string, value: unknown, init: InvalidOptionInit) {
    const { method } = init;
    const action = method === undefined
      ? init.action ?? "use the options"
      : `call ${method}()`;
    super(
      `Cannot ${action}: '${option}' must be ${init.expected}: current value is ${
        init.shown ?? describe(value)
      }`,
      { code: "invalid_option", method },
    );
    this.option = option;
    this.value = value;
    this.#init = init;
  }

  /** Makes the same error about the public method that was called. */
  of(method: string): InvalidOptionError {
    return new InvalidOptionError(this.option, this.value, {
      ...this.#init,
      method,
    });
  }

  /** The object for JSON, without the value: it may be a secret, or no JSON. */
  override toJSON(): Readonly<Record<string, unknown>> {
    const { value: _, ...fields } = super.toJSON();
    return fields;
  }
}

function describe(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return `${value}n`;
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (typeof value === "object" && value !== null) {
    // Not `JSON.stringify`, which fails on a value that refers to itself.
    const text = inspect(value, { breakLength: Infinity, depth: 2 });
    return text.length > 200 ? `${text.slice(0, 200)}…` : text;
  }
  return String(value);
}
