// A client against servers that say what version they are.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { isAtLeast } from "../../../../api/call/_require_version.ts";
import {
  Client,
  EtcdError,
  prefix,
  TimeoutError,
  UnavailableError,
  UnsupportedError,
} from "../../../../mod.ts";
import { codecOf } from "../../../../proto/_codec.ts";
import { methods } from "../../../../proto/methods.ts";
import {
  type FakeAnswer,
  FakeServer,
  FakeStatus,
} from "../../../harness/mod.ts";

const STATUS = methods.maintenance.status.path;
const MEMBERS = methods.cluster.memberList.path;
const RANGE = methods.kv.range.path;
const STREAM = methods.kv.rangeStream.path;
const text = new TextEncoder();

/** A server that gives this answer when its version is asked for. */
async function startServer(version: string | FakeAnswer): Promise<FakeServer> {
  const server = await FakeServer.start();
  return server
    .handle(
      STATUS,
      () =>
        typeof version === "string"
          ? codecOf("etcdserverpb.StatusResponse").encode({ version })
          : version,
    )
    .handle(MEMBERS, () => new Uint8Array());
}

Deno.test("isAtLeast() compares numbers, not text", () => {
  for (
    const [version, wanted, expected] of [
      ["3.5.16", "3.5", true],
      ["3.5.0", "3.5", true],
      ["3.4.99", "3.5", false],
      ["3.10.0", "3.9", true],
      ["4.0.0", "3.7", true],
      ["3.7.0-rc.1", "3.7", true],
      ["3.5", "3.5.1", false],
    ] as const
  ) {
    assertEquals(isAtLeast(version, wanted), expected, `${version} ${wanted}`);
  }
});

Deno.test("members() asks for the version once, and only if it matters", async () => {
  await using server = await startServer("3.5.16");
  await using client = new Client({ endpoints: server.endpoint });
  await client.cluster.members({ linearizable: false });
  assertEquals(server.calls(STATUS), 0);
  for (const linearizable of [true, true, undefined]) {
    await client.cluster.members({ linearizable });
  }
  assertEquals([server.calls(STATUS), server.calls(MEMBERS)], [1, 4]);
});

Deno.test("members() asks a majority where it can, and one member elsewhere", async () => {
  for (const [version, byMajority] of [["3.5.16", true], ["3.4.23", false]]) {
    await using server = await startServer(String(version));
    const asked: boolean[] = [];
    server.handle(MEMBERS, ({ request }) => {
      // Its only field is on the wire if it is true.
      asked.push(request.at(1) === 1);
      return new Uint8Array();
    });
    await using client = new Client({ endpoints: server.endpoint });
    await client.cluster.members();
    assertEquals(asked, [byMajority]);
  }
});

Deno.test("members() is refused where a majority would not be asked", async () => {
  await using server = await startServer("3.4.23");
  await using client = new Client({ endpoints: server.endpoint });
  const error = await assertRejects(
    () => client.cluster.members({ linearizable: true }),
    UnsupportedError,
  );
  assertEquals(error.needs, "etcd 3.5");
  assertEquals(
    error.message,
    `Cannot list the members: ${server.endpoint} has etcd 3.4.23 (unsupported, needs etcd 3.5)`,
  );
  assertEquals(server.calls(MEMBERS), 0);
});

Deno.test("members() asks for the version again on another connection", async () => {
  let version = "3.4.23";
  await using server = await startServer("unused");
  server.handle(STATUS, () => {
    return codecOf("etcdserverpb.StatusResponse").encode({ version });
  });
  await using client = new Client({ endpoints: server.endpoint });
  const ask = () => client.cluster.members({ linearizable: true });
  await assertRejects(ask, UnsupportedError);
  version = "3.5.16";
  await assertRejects(ask, UnsupportedError);
  server.disconnect();
  await client.cluster.members({ linearizable: false });
  await ask();
  assertEquals(server.calls(STATUS), 2);
});

Deno.test("members() asks a member that did not tell its version again", async () => {
  await using server = await startServer(new FakeStatus(14, "not now"));
  await using client = new Client({ endpoints: server.endpoint });
  // It is no older for that: nothing less is asked for instead.
  const ask = () => client.cluster.members();
  const error = await assertRejects(ask, UnavailableError);
  assert(error.message.includes("did not tell its version"), error.message);
  assert(error.retryable);
  assertEquals(server.calls(MEMBERS), 0);
  server.handle(STATUS, () => {
    return codecOf("etcdserverpb.StatusResponse").encode({ version: "3.6.1" });
  });
  await ask();
});

Deno.test("members() takes a member that knows of no versions for an old one", async () => {
  await using server = await startServer(new FakeStatus(12, "what is that?"));
  await using client = new Client({ endpoints: server.endpoint });
  const error = await assertRejects(
    () => client.cluster.members({ linearizable: true }),
    UnsupportedError,
  );
  assert(error.message.includes("does not tell its version"), error.message);
});

Deno.test("members() goes on elsewhere when the connection is lost meanwhile", async () => {
  await using server = await startServer("unused");
  server.handle(
    STATUS,
    ({ count }) =>
      count === 1
        ? { kind: "disconnect" }
        : codecOf("etcdserverpb.StatusResponse").encode({ version: "3.5.16" }),
  );
  await using client = new Client({ endpoints: server.endpoint });
  await client.cluster.members({ linearizable: true });
  assertEquals([server.calls(STATUS), server.calls(MEMBERS)], [2, 1]);
});

Deno.test("members() renews a token that is refused while the version is asked for", async () => {
  let tokens = 0;
  const refusal = new FakeStatus(16, "etcdserver: invalid auth token");
  await using server = await startServer("unused");
  server
    .handle(methods.auth.authenticate.path, () => {
      const token = `token-${++tokens}`;
      return codecOf("etcdserverpb.AuthenticateResponse").encode({ token });
    })
    .handle(
      STATUS,
      ({ headers }) =>
        headers.token === "token-1"
          ? refusal
          : codecOf("etcdserverpb.StatusResponse").encode({ version: "3.7.0" }),
    )
    .handle(
      MEMBERS,
      ({ headers }) => headers.token === "token-1" ? refusal : new Uint8Array(),
    );
  await using client = new Client({
    endpoints: server.endpoint,
    auth: { username: "u", password: "p" },
  });
  await client.cluster.members({ linearizable: true });
  assertEquals(tokens, 2);
});

Deno.test("members() without a user fails as the call itself does", async () => {
  const nobody = new FakeStatus(3, "etcdserver: user name is empty");
  await using server = await startServer(nobody);
  server.handle(MEMBERS, () => nobody);
  await using client = new Client({ endpoints: server.endpoint });
  const error = await assertRejects(
    () => client.cluster.members({ linearizable: true }),
    EtcdError,
  );
  assertEquals(error.code, "user_empty");
});

Deno.test("members() keeps its deadline while the version is asked for", async () => {
  await using server = await startServer({ kind: "hang" });
  await using client = new Client({ endpoints: server.endpoint });
  await client.connect();
  await assertRejects(
    () => client.cluster.members({ linearizable: true, timeoutMs: 100 }),
    TimeoutError,
  );
});

Deno.test("list() reads pages from a member that is too old for a stream", async () => {
  await using server = await startServer("3.6.9");
  const keys = ["k1", "k2", "k3"];
  server.handle(RANGE, ({ request }) => {
    const from = new TextDecoder().decode(rangeKey(request));
    const rest = keys.filter((key) => key >= from);
    return codecOf("etcdserverpb.RangeResponse").encode({
      kvs: rest.slice(0, 1).map((key) => ({ key: text.encode(key) })),
      more: rest.length > 1,
    });
  });
  await using client = new Client({ endpoints: server.endpoint });
  const seen = await Array.fromAsync(
    client.list(prefix("k"), { pageSize: 1 }),
    ({ key }) => key.text(),
  );
  assertEquals(seen, keys);
  assertEquals([server.calls(STREAM), server.calls(STATUS)], [0, 1]);
});

function rangeKey(request: Uint8Array): Uint8Array {
  const { key } = codecOf("etcdserverpb.RangeRequest").decode(request) as {
    readonly key: Uint8Array;
  };
  return key;
}
