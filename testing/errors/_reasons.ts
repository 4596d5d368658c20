import { TestingError, type TestingFailure } from "./testing_error.ts";

/** The codes of systems, and the name of the error that Deno throws. */
const CODES: Readonly<Record<string, TestingFailure>> = {
  EACCES: "permission",
  EADDRINUSE: "ports",
  EDQUOT: "space",
  ENOEXEC: "permission",
  ENOSPC: "space",
  EPERM: "permission",
  EROFS: "permission",
  // Of Node's own permissions.
  ERR_ACCESS_DENIED: "permission",
  NotCapable: "permission",
};

/** The same in the words of etcd and of the shell, in a member's log. */
const WORDS: readonly (readonly [RegExp, TestingFailure])[] = [
  [/address already in use/i, "ports"],
  [/no space left on device|disk quota exceeded/i, "space"],
  [/permission denied|exec format error/i, "permission"],
];

const HELP: Partial<Record<TestingFailure, readonly string[]>> = {
  permission: [
    "under Deno, give the permissions that docs/testing.md lists",
    "let this user write TMPDIR and the cache, and run what is there (not mounted 'noexec')",
  ],
  ports: [
    "end what listens on 127.0.0.1 between 20000 and 29999",
    "start fewer clusters at once",
  ],
  space: [
    "free some space: a member takes about 130 MB",
    "set TMPDIR to a folder that has it, and XDG_CACHE_HOME for what is fetched",
  ],
};

/** An error of the system, such as `ENOSPC`. */
export interface CodedError extends Error {
  /** The system's name of it. */
  code?: string;
}

/** The kind of failure that an error, or what caused it, stands for. */
export function reasonOf(error: unknown): TestingFailure | undefined {
  if (error instanceof TestingError) return error.reason;
  if (!(error instanceof Error)) return undefined;
  const { code, name, cause }: CodedError = error;
  return CODES[code ?? ""] ?? CODES[name] ?? reasonOf(cause);
}

/** The kind of failure that a program's last words stand for. */
export function reasonInLog(log: string): TestingFailure | undefined {
  return WORDS.find(([words]) => words.test(log))?.[1];
}

/** The ways to help against a kind of failure. */
export function helpFor(reason: TestingFailure): readonly string[] {
  return HELP[reason] ?? [];
}

/**
 * The error to throw when something was refused: as it is, unless it has a
 * reason that there is help for.
 *
 * @param doing Completes "Cannot …".
 */
export function refusal(doing: string, error: unknown): unknown {
  if (error instanceof TestingError) return error;
  const reason = reasonOf(error);
  if (reason === undefined) return error;
  const { message } = error as Error;
  const start = `Cannot ${doing}`;
  return new TestingError(
    message.startsWith(start) ? message : `${start}: ${message}`,
    { reason, help: helpFor(reason), cause: error },
  );
}
