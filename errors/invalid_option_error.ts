import { EtcdError } from "./etcd_error.ts";

/** An option, argument or endpoint is not acceptable; nothing was sent. */
export class InvalidOptionError extends EtcdError {
  /** The option's name, such as `requestTimeoutMs`. */
  readonly option: string;
  /** The value that was given. */
  readonly value: unknown;

  /** Makes the error for one option and its value. */
  constructor(
    option: string,
    value: unknown,
    init: {
      readonly expected: string;
      readonly action?: string;
      /** Stands in place of the value, where that may be a secret. */
      readonly shown?: string;
    },
  ) {
    const action = init.action ?? "use the options";
    super(
      `Cannot ${action}: '${option}' must be ${init.expected}: current value is ${
        init.shown ?? describe(value)
      }`,
      { code: "invalid_option" },
    );
    this.option = option;
    this.value = value;
  }

  /** As of other errors, without the value: it may be a secret, or no JSON. */
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
    // Not JSON: a value that refers to itself has none.
    const text = Deno.inspect(value, { breakLength: Infinity, depth: 2 });
    return text.length > 200 ? `${text.slice(0, 200)}…` : text;
  }
  return String(value);
}
