/**
 * Kinds of failures of the kit:
 *
 * - `version`: there is no such etcd, and none could be fetched;
 * - `ports`: no port is free, or another program took one;
 * - `space`: the disk is full;
 * - `permission`: something must not be read, written or run;
 * - `package`: one is not installed that the kit makes certificates with;
 * - `platform`: etcd cannot be controlled on this system;
 * - `exited`: a member ended by itself; the message has its log;
 * - `state`: the member is down, frozen or isolated;
 * - `tools`: `etcdctl` or `etcdutl` is missing, or refused;
 * - `timeout`: what was waited for did not come.
 */
export type TestingFailure =
  | "version"
  | "ports"
  | "space"
  | "permission"
  | "package"
  | "platform"
  | "exited"
  | "state"
  | "tools"
  | "timeout";

/** The parts of a {@linkcode TestingError}. */
export interface TestingErrorInit {
  /** The kind of failure. */
  readonly reason: TestingFailure;
  /** The ways to help, each a phrase. @default {[]} */
  readonly help?: readonly string[];
  /** The error behind it. */
  readonly cause?: unknown;
}

/** The kit cannot do what it was asked for; its message says what would help. */
export class TestingError extends Error {
  /** `TestingError`. */
  override readonly name: string = "TestingError";
  /** The kind of failure. */
  readonly reason: TestingFailure;
  /** The ways to help, each a phrase, as they stand in the message. */
  readonly help: readonly string[];

  /** Makes the error; the ways to help are put behind its message. */
  constructor(message: string, init: TestingErrorInit) {
    const { reason, help = [], cause } = init;
    const ways = help.length === 0
      ? ""
      : `\nAny of these helps: ${help.join("; ")}`;
    super(`${message}${ways}`, cause === undefined ? {} : { cause });
    this.reason = reason;
    this.help = help;
  }
}

/** The error of a member that is not in the state for what was asked for. */
export function stateError(message: string): TestingError {
  return new TestingError(message, { reason: "state" });
}
