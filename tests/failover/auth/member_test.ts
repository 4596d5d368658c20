// Snapshots and calls to single members where auth is on: who may, and what
// becomes of them when the token is lost.
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
} from "@std/assert";
import {
  AuthError,
  type Client,
  type EtcdError,
  PermissionDeniedError,
} from "../../../mod.ts";
import { methods } from "../../../proto/methods.ts";
import { type Member, rawCall, waitFor } from "../../harness/mod.ts";
import { cluster, startCluster } from "../_cluster.ts";
import { ALICE, clientAs, codeOf, ROOT, setAuth, setUp } from "./_subject.ts";

startCluster();

Deno.test.beforeAll(() => setUp(cluster));

/** How many bytes a snapshot has, its digest being right. */
async function sizeOf(
  snapshot: ReadableStream<Uint8Array<ArrayBuffer>>,
): Promise<number> {
  return (await new Response(snapshot).arrayBuffer()).byteLength;
}

/** Makes every member forget its tokens. */
async function loseTokens(): Promise<void> {
  await setAuth(cluster, "off");
  await setAuth(cluster, "on");
  const { username: name, password } = ROOT;
  for (const { directEndpoint } of cluster.members) {
    // Answered when this member has applied all that was before it.
    const { authenticate } = methods.auth;
    await rawCall(directEndpoint, authenticate, { name, password });
  }
}

/**
 * All that only root may ask a member for, and what any user may; newer
 * servers do not even tell nobody their status.
 */
function callsOf(
  client: Client,
  { endpoint }: Member,
): Readonly<Record<"guarded" | "open", (() => Promise<unknown>)[]>> {
  const calls = client.member(endpoint);
  return {
    guarded: [
      () => calls.hashKv(),
      () => calls.hash(),
      () => calls.defragment(),
      () => sizeOf(calls.snapshot()),
    ],
    open: [() => calls.status(), () => calls.health()],
  };
}

Deno.test("member() and snapshot() have the client's token", async () => {
  await using root = clientAs(cluster, { auth: ROOT });
  for (const member of cluster.members) {
    const { guarded, open } = callsOf(root, member);
    for (const call of [...guarded, ...open]) await call();
  }
  const [member] = cluster.members;
  assert(member);
  const calls = root.member(member.endpoint);
  // A database that is being written grows between two looks at it.
  await waitFor("two looks alike", async () => {
    const { dbSizeBytes } = await calls.status();
    return await sizeOf(calls.snapshot()) === Number(dbSizeBytes) + 32;
  });
  assert(await sizeOf(root.maintenance.snapshot()) > 32);
});

Deno.test("member() and snapshot() go on when the token was lost", async () => {
  const changes: string[] = [];
  await using root = clientAs(cluster, {
    auth: ROOT,
    onEvent: (event) => {
      if (event.type === "token") changes.push(event.change);
    },
  });
  await root.get("x");
  for (const member of cluster.members) {
    for (const call of callsOf(root, member).guarded) {
      await loseTokens();
      changes.length = 0;
      await call();
      assertEquals(changes.slice(0, 2), ["refused", "fetched"]);
    }
  }
  await loseTokens();
  changes.length = 0;
  await sizeOf(root.maintenance.snapshot());
  assertEquals(changes.slice(0, 2), ["refused", "fetched"]);
});

Deno.test("member() and snapshot() are refused to whom they are not for", async () => {
  await using alice = clientAs(cluster, { auth: ALICE });
  await using nobody = clientAs(cluster, {});
  await using wrong = clientAs(cluster, {
    auth: { ...ALICE, password: "wrong" },
  });
  const [member] = cluster.members;
  assert(member);
  const failure = async (client: Client) => {
    const errors: EtcdError[] = [];
    for (
      const call of [
        ...callsOf(client, member).guarded,
        () => sizeOf(client.maintenance.snapshot()),
      ]
    ) {
      const error = await assertRejects(call);
      errors.push(error as EtcdError);
    }
    assertEquals(new Set(errors.map(({ code }) => code)).size, 1);
    return errors[0];
  };
  assertInstanceOf(await failure(alice), PermissionDeniedError);
  assertEquals((await failure(nobody))?.code, "user_empty");
  const error = await failure(wrong);
  assertInstanceOf(error, AuthError);
  assertEquals(error.code, "auth_failed");
  for (const call of callsOf(alice, member).open) {
    assertEquals(await codeOf(call()), "none");
  }
});
