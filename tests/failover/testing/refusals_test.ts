// What startEtcd() says when it cannot, and that nothing is left of it.
import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { InvalidOptionError } from "../../../errors/mod.ts";
import { TestingError } from "../../../testing/mod.ts";
import { findEtcd, startEtcd } from "../../harness/mod.ts";
import { ROOT, RUN } from "../../unit/support/_program.ts";
import { PERMISSIONS } from "./_permissions.ts";

const ENTRY = new URL("testing/mod.ts", ROOT).href;

/** Starts a cluster in a program of its own; tells its error in a line. */
const PROGRAM = `
import { startEtcd } from ${JSON.stringify(ENTRY)};
const error = await startEtcd({ members: 1 }).then(
  (etcd) => etcd.close(),
  (error) => error,
);
console.log(JSON.stringify(
  error === undefined ? ["started"] : [error.name, error.reason, error.message],
));
`;

/** Runs a command, with the program where it says so; resolves to its line. */
async function told(
  script: string,
  permissions: readonly string[] = PERMISSIONS,
): Promise<readonly string[]> {
  const directory = await Deno.makeTempDir({ prefix: "etcdeno-refusal-" });
  try {
    await Deno.writeTextFile(`${directory}/program.ts`, PROGRAM);
    const { stdout, stderr } = await new Deno.Command("sh", {
      args: [
        "-c",
        script,
        "sh",
        "deno",
        ...RUN,
        ...permissions,
        `${directory}/program.ts`,
      ],
      env: { ROOM: directory },
      stdin: "null",
    }).output();
    const text = new TextDecoder().decode(stdout).trim();
    assert(text !== "", new TextDecoder().decode(stderr));
    assertEquals(
      (await Array.fromAsync(Deno.readDir(directory)))
        .map(({ name }) => name).filter((name) => name !== "full").toSorted(),
      ["program.ts"],
      "nothing is left",
    );
    return JSON.parse(text);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("startEtcd() works with the permissions that the docs list", async () => {
  assertEquals(await told('TMPDIR=$ROOM exec "$@"'), ["started"]);
});

Deno.test("startEtcd() without the permission to run `sh` says so, and what helps", async () => {
  const [name, reason, message = ""] = await told(
    'TMPDIR=$ROOM exec "$@"',
    PERMISSIONS.filter((one) => !one.startsWith("--allow-run")),
  );
  assertEquals([name, reason], ["TestingError", "permission"]);
  assertMatch(message, /^Cannot .*: .*run access to "sh"/);
  assertStringIncludes(message, "docs/testing.md");
});

Deno.test("startEtcd() where etcd must not be run says so, and what helps", async () => {
  const { version } = await findEtcd();
  const directory = await Deno.makeTempDir({ prefix: "etcdeno-refusal-" });
  try {
    const etcd = `${directory}/etcd`;
    await Deno.writeTextFile(etcd, "no program", { mode: 0o644 });
    const binaries = {
      version,
      etcd,
      etcdctl: undefined,
      etcdutl: undefined,
      source: "test",
    };
    const error = await assertRejects(
      () => startEtcd({ members: 1, binaries }),
      TestingError,
      "Cannot start m1: etcd exited, its log is",
    );
    assertEquals((error as TestingError).reason, "permission");
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

const FULL = `
exec unshare -rm sh -c '
  mkdir "$ROOM/full" && mount -t tmpfs -o size=SIZE none "$ROOM/full" || exit 1
  TMPDIR=$ROOM/full "$@"
' sh "$@"`;
const canMount = (await new Deno.Command("sh", {
  args: ["-c", "unshare -rm mount -t tmpfs none /mnt 2>/dev/null"],
}).output()).success;

for (const size of ["16k", "20m"]) {
  Deno.test({
    name:
      `startEtcd() on a disk of ${size} says that it is full, and what helps`,
    // Where user namespaces are closed, there is no small disk to be had.
    ignore: !canMount,
    fn: async () => {
      const [name, reason, message = ""] = await told(
        FULL.replace("SIZE", size),
      );
      assertEquals([name, reason], ["TestingError", "space"], message);
      assertMatch(message, /^Cannot start /);
      assertStringIncludes(message, "set TMPDIR to a folder that has it");
    },
  });
}

Deno.test("startEtcd() ends by its signal, before it and during it", async () => {
  const reason = new Error("no longer wanted");
  const ended = AbortSignal.abort(reason);
  assertEquals(await startEtcd({ signal: ended }).catch((one) => one), reason);
  const controller = new AbortController();
  const lines: string[] = [];
  const starting = startEtcd({
    members: 1,
    onProgress: (line) => {
      lines.push(line);
      controller.abort(reason);
    },
    signal: controller.signal,
  });
  assertEquals(await starting.catch((one) => one), reason);
  assertStringIncludes(lines.join(), "Starting 1 member");
});

Deno.test("startEtcd() refuses options that are none, and says what was meant", async () => {
  const wrong: readonly (readonly [object, string])[] = [
    [{ version: 3.5 }, "'version' must be a string"],
    [{ version: "3.x" }, 'must be like "3.5" or "3.5.16"'],
    [{ member: 3 }, "did you mean 'members'?"],
    [{ tls: "both" }, "'tls' must be true, false or \"mutual\""],
    [{ auth: "root" }, "'auth' must be true, false or an object"],
    [{ auth: { pasword: "x" } }, "'auth.password' must be a string"],
    [{ extraArgs: "--x" }, "'extraArgs' must be a list"],
    [{ logLevel: "all" }, "'logLevel' must be one of debug, info"],
    [{ signal: {} }, "'signal' must be an AbortSignal"],
  ];
  for (const [options, message] of wrong) {
    const error = await assertRejects(
      () => startEtcd(options),
      InvalidOptionError,
      message,
    );
    assert(!String(error).includes('"x"'), "no password is shown");
  }
});

Deno.test("findEtcd() refuses options that are none, and says what was meant", async () => {
  const wrong: readonly (readonly [object, string])[] = [
    [{ version: 3.5 }, "'version' must be a string such as"],
    [{ verson: "3.5" }, "did you mean 'version'?"],
    [{ signal: {} }, "'signal' must be an AbortSignal"],
  ];
  for (const [options, message] of wrong) {
    await assertRejects(() => findEtcd(options), InvalidOptionError, message);
  }
});

Deno.test("snapshot() and restore() without etcd's tools say so, and what helps", async () => {
  const { etcd, version } = await findEtcd();
  const binaries = {
    etcd,
    version,
    etcdctl: undefined,
    etcdutl: undefined,
    source: "test",
  };
  await using cluster = await startEtcd({ members: 1, binaries });
  for (
    const call of [
      () => cluster.snapshot(),
      () => cluster.restore({ snapshot: etcd }),
    ]
  ) {
    const error = await assertRejects(
      call,
      TestingError,
      "came without its tools",
    );
    assertEquals((error as TestingError).reason, "tools");
  }
});

Deno.test("restore() of what is no snapshot shows what etcd's tool says", async () => {
  await using cluster = await startEtcd({ members: 1 });
  const snapshot = `${cluster.dataRoot}/none.db`;
  await assertRejects(
    () => cluster.restore({ snapshot }),
    InvalidOptionError,
    `Cannot call restore(): 'snapshot' must be a file that is there: current value is "${snapshot}"`,
  );
  // Nothing was given up for it.
  assert(cluster.member(0).running);
  await Deno.writeTextFile(snapshot, "no snapshot");
  const error = await assertRejects(
    () => cluster.restore({ snapshot }),
    TestingError,
    `Cannot restore ${snapshot}:`,
  ) as TestingError;
  assertEquals(error.reason, "tools");
  assert(error.message.length > snapshot.length + 20, error.message);
});
