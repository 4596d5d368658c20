import process from "node:process";
import {
  ANYTHING,
  FUNCTION,
  oneOf,
  SIGNAL,
  Signature,
} from "../../api/checks/mod.ts";
import { InvalidOptionError } from "../../errors/mod.ts";
import { refusal, TestingError } from "../errors/mod.ts";
import { retryOnTakenPort } from "../ports/mod.ts";
import { TestCluster } from "./cluster.ts";
import type { StartEtcdOptions } from "./options.ts";

const MOST_MEMBERS = 9;
const TEXT = {
  expected: "a string",
  holds: (value: unknown): boolean => typeof value === "string",
};

const SIGNATURE = new Signature("startEtcd", {
  version: TEXT,
  members: {
    expected: `1 to ${MOST_MEMBERS}`,
    holds: (value) =>
      Number.isInteger(value) && Number(value) >= 1 &&
      Number(value) <= MOST_MEMBERS,
  },
  tls: {
    expected: 'true, false or "mutual"',
    holds: (value) => typeof value === "boolean" || value === "mutual",
  },
  auth: {
    expected: "true, false or an object such as { password }",
    holds: (value) =>
      typeof value === "boolean" || typeof value === "object" && value !== null,
  },
  binaries: ANYTHING,
  snapshot: TEXT,
  extraArgs: {
    expected: "a list of arguments, or a function that gives one",
    holds: (value) => Array.isArray(value) || typeof value === "function",
  },
  logLevel: oneOf("debug", "info", "warn", "error"),
  onProgress: FUNCTION,
  signal: SIGNAL,
});

/**
 * Starts an etcd cluster on this machine, for tests; resolves when every member
 * serves and one leads. It ends with its scope, and at the latest with this
 * process, however that ends.
 *
 * ```ts ignore
 * import { Client } from "@etcdeno/client";
 * import { startEtcd } from "@etcdeno/client/testing";
 *
 * await using etcd = await startEtcd({ members: 3 });
 * await using client = new Client(etcd.clientOptions);
 * await (await etcd.leader()).kill();
 * await client.put("still", "written");
 * ```
 *
 * Several may run at once. The first start of a version may fetch it, see
 * {@linkcode findEtcd}.
 *
 * @throws {InvalidOptionError} If an option is not acceptable.
 * @throws {TestingError} If there is no such version, no port, no space, no
 * permission, or a member ends; the message says what would help.
 */
export async function startEtcd(
  options: StartEtcdOptions = {},
): Promise<TestCluster> {
  const checked = SIGNATURE.take(options, () => {
    const { auth } = options;
    if (typeof auth === "object" && typeof auth.password !== "string") {
      throw new InvalidOptionError("auth.password", undefined, {
        expected: "a string",
        shown: `of type ${typeof auth.password}`,
      });
    }
    return { ...options };
  });
  checked.signal?.throwIfAborted();
  if (process.platform === "win32") {
    throw new TestingError(
      "Cannot start etcd: signals and `sh` are needed, which Windows has not",
      { reason: "platform", help: ["run the tests in WSL or a container"] },
    );
  }
  try {
    return await retryOnTakenPort(() => TestCluster.start(checked));
  } catch (error) {
    throw refusal("start etcd", error);
  }
}
