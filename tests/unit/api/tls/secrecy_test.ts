// Passwords and tokens where TLS is set up for some endpoints only.
import {
  assertEquals,
  assertFalse,
  assertRejects,
  assertThrows,
} from "@std/assert";
import {
  Client,
  type ClientOptions,
  InvalidOptionError,
  UnavailableError,
} from "../../../../mod.ts";
import { codecOf } from "../../../../proto/_codec.ts";
import { methods } from "../../../../proto/methods.ts";
import { CertificateAuthority } from "../../../../testing/certificates/mod.ts";
import { FakeServer } from "../../../harness/mod.ts";

const { cert: ca } = await CertificateAuthority.create("etcdeno tests");
const tls = { ca };
const SECRETS: readonly ClientOptions["auth"][] = [
  { username: "alice", password: "hunter2" },
  { token: "jwt" },
];

function assertRefused(make: () => unknown, endpoint: string): void {
  assertThrows(
    make,
    InvalidOptionError,
    "'endpoints' must be reached by TLS",
  );
  const error = assertThrows(make, InvalidOptionError);
  assertEquals(error.value, endpoint);
}

Deno.test("Client takes no endpoint without TLS where tls and auth are given", () => {
  for (const auth of SECRETS) {
    for (
      const endpoints of [
        "http://a:2379",
        ["https://b:2379", "http://a:2379"],
        ["b", "http://a"],
      ]
    ) {
      assertRefused(
        () => new Client({ endpoints, tls, auth }),
        "http://a:2379",
      );
    }
    // Not given, but one of them has it.
    const endpoints = ["http://a:2379", "https://b:2379"];
    assertRefused(() => new Client({ endpoints, auth }), "http://a:2379");
  }
});

Deno.test("Client takes endpoints without TLS where nothing is said of TLS, nothing is secret, or none can listen", async () => {
  const [auth] = SECRETS;
  for (
    const options of [
      { endpoints: ["http://a", "http://b"], auth },
      { endpoints: ["http://a", "https://b"], tls },
      { endpoints: ["unix:///run/etcd.sock", "https://b"], tls, auth },
    ]
  ) {
    await using client = new Client(options);
    assertEquals(client.balancer.endpoints.length, 2);
  }
});

Deno.test("Client.setEndpoints() and Client.member() take no endpoint without TLS either", async () => {
  for (const auth of SECRETS) {
    for (
      const options of [
        { endpoints: "https://b:2379", tls, auth },
        { endpoints: "https://b:2379", auth },
      ]
    ) {
      await using client = new Client(options);
      assertRefused(() => client.member("http://a:2379"), "http://a:2379");
      assertRefused(
        () => client.setEndpoints(["https://b", "http://a"]),
        "http://a:2379",
      );
      assertEquals(client.balancer.endpoints.length, 1);
      client.member("https://a:2379");
    }
  }
});

Deno.test("Client.syncEndpoints() gives a password to no member without TLS where others have it", async () => {
  await using seed = await FakeServer.start();
  await using plain = await FakeServer.start();
  const token = codecOf("etcdserverpb.AuthenticateResponse").encode({
    token: "t1",
  });
  const members = codecOf("etcdserverpb.MemberListResponse").encode({
    members: [{
      name: "m0",
      clientURLs: ["https://127.0.0.1:1", plain.endpoint],
    }],
  });
  seed.handle(methods.auth.authenticate.path, () => token)
    .handle(methods.cluster.memberList.path, () => members);
  // No TLS is set up so far: the password goes to the seed, as it was named.
  await using client = new Client({
    endpoints: seed.endpoint,
    auth: { username: "alice", password: "hunter2" },
  });
  const error = await assertRejects(
    () => client.syncEndpoints(),
    UnavailableError,
    "can be reached: https://127.0.0.1:1 (",
  );
  assertFalse(error.message.includes(plain.endpoint), error.message);
  assertEquals(plain.connections.accepted, 0);
});
