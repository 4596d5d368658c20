// Tokens that expire by themselves, and tokens that come from elsewhere.
import { assertEquals, assertRejects } from "@std/assert";
import { BALANCER_NAMES } from "../../../balancers/mod.ts";
import { AuthError, type Client, prefix } from "../../../mod.ts";
import { methods } from "../../../proto/methods.ts";
import {
  rawCall,
  startEtcd,
  type TestCluster,
  waitFor,
} from "../../harness/mod.ts";
import { History } from "../../harness/history.ts";
import { ALICE, clientAs, codeOf, setUp } from "./_subject.ts";

const TTL_SECONDS = 2;
const EXTRACTABLE = true;

let directory: string;
let cluster: TestCluster;

Deno.test.beforeAll(async () => {
  directory = await Deno.makeTempDir();
  const keys = await crypto.subtle.generateKey(
    {
      name: "RSASSA-PKCS1-v1_5",
      modulusLength: 2048,
      publicExponent: new Uint8Array([1, 0, 1]),
      hash: "SHA-256",
    },
    EXTRACTABLE,
    ["sign", "verify"],
  );
  const files = {
    priv: await pem("PRIVATE KEY", keys.privateKey, "pkcs8"),
    pub: await pem("PUBLIC KEY", keys.publicKey, "spki"),
  };
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(`${directory}/${name}.pem`, text);
  }
  cluster = await startEtcd({
    members: 1,
    extraArgs: [
      `--auth-token=jwt,pub-key=${directory}/pub.pem,priv-key=${directory}/priv.pem,sign-method=RS256,ttl=${TTL_SECONDS}s`,
    ],
  });
  await setUp(cluster);
});

Deno.test.afterAll(async () => {
  await cluster.close();
  await Deno.remove(directory, { recursive: true });
});

async function pem(
  label: string,
  key: CryptoKey,
  format: "pkcs8" | "spki",
): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.exportKey(format, key));
  const lines = bytes.toBase64().match(/.{1,64}/g)?.join("\n");
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
}

/** A token of alice's, had without a client. */
async function freshToken(): Promise<string> {
  const [member] = cluster.members;
  const { token } = await rawCall(
    member?.directEndpoint ?? "",
    methods.auth.authenticate,
    { name: ALICE.username, password: ALICE.password },
  );
  return token;
}

/** Resolves when a token that was fresh by now has expired. */
async function expiry(): Promise<void> {
  await using witness = clientAs(cluster, {
    auth: { token: await freshToken() },
  });
  await waitFor(
    "the expiry of a token",
    async () => await codeOf(witness.get("app/x")) === "invalid_auth_token",
    { timeoutMs: 10_000, intervalMs: 100 },
  );
}

for (const balancer of BALANCER_NAMES) {
  Deno.test(`${balancer} | #87 #88 calls and watches go on when a JWT has expired`, async () => {
    await using alice = clientAs(cluster, { balancer, auth: ALICE });
    const key = `app/${balancer}/`;
    await alice.put(key, "1");
    await using early = alice.watch(prefix(key));
    const history = new History(early);
    await early.ready;
    await expiry();
    await alice.put(key, "2");
    await using late = alice.watch(prefix(key));
    const second = new History(late);
    await late.ready;
    const { header } = await alice.put(key, "3");
    await history.reach(header.revision);
    await second.reach(header.revision);
    assertEquals(history.faults, []);
  });
}

Deno.test("a token from elsewhere is renewed if there is a provider", async () => {
  let asked = 0;
  const provider = async () => {
    asked++;
    return await freshToken();
  };
  await using renewed = clientAs(cluster, { auth: { token: provider } });
  await using fixed = clientAs(cluster, {
    auth: { token: await freshToken() },
  });
  const put = (client: Client) => client.put("app/token", "x");
  await put(renewed);
  await put(fixed);
  await expiry();
  await put(renewed);
  assertEquals(asked, 2);
  const error = await assertRejects(() => put(fixed), AuthError);
  assertEquals([error.code, error.maybeCommitted], [
    "invalid_auth_token",
    false,
  ]);
});
