import { InvalidOptionError } from "../../errors/invalid_option_error.ts";
import { checkObject, checkText } from "../checks/mod.ts";
import type { AuthOptions, Provided } from "./auth_options.ts";

/** The option `auth`, checked. */
export type Credentials =
  | {
    readonly kind: "password";
    readonly username: Provided;
    readonly password: Provided;
  }
  | { readonly kind: "token"; readonly token: Provided };

const SHAPES = [["username", "password"], ["token"]] as const;

/** Checks the option `auth`. No error shows a password or a token. */
export function resolveCredentials(
  auth: AuthOptions | undefined,
): Credentials | undefined {
  if (auth === undefined) return undefined;
  checkObject("auth", typeof auth === "string" ? "a string" : auth);
  const given: Readonly<Record<string, unknown>> = { ...auth };
  const names = Object.keys(given).filter((name) => given[name] !== undefined);
  const shape = SHAPES.find((shape) =>
    shape.length === names.length &&
    shape.every((name) => names.includes(name))
  );
  if (shape === undefined) {
    throw new InvalidOptionError("auth", names, {
      expected: "an object with 'username' and 'password', or with 'token'",
    });
  }
  const secret = (name: string) => checkSecret(`auth.${name}`, given[name]);
  return names.includes("token")
    ? { kind: "token", token: checkToken(secret("token")) }
    : {
      kind: "password",
      username: secret("username"),
      // An empty password goes to the server, which may refuse it.
      password: given.password === "" ? "" : secret("password"),
    };
}

/** Whether a header can carry a text: one with a line break, say, it cannot. */
export function isHeaderValue(text: string): boolean {
  return /^[ -~]*$/.test(text);
}

function checkToken(token: Provided): Provided {
  if (typeof token === "function" || isHeaderValue(token)) return token;
  throw new InvalidOptionError("auth.token", typeof token, {
    expected: "of printable ASCII characters, without a line break",
  });
}

function checkSecret(option: string, value: unknown): Provided {
  if (typeof value === "function") return value as Provided;
  if (typeof value === "string" && value !== "") {
    return checkText(option, value, { shown: "a string" });
  }
  throw new InvalidOptionError(option, value === "" ? "" : typeof value, {
    expected: "a string that is not empty, or a function that gives one",
  });
}
