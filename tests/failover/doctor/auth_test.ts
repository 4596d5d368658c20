// The doctor and users: needed, wrong, with few rights, and needless.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { main } from "../../../tools/doctor/main.ts";
import { TextSink } from "../../unit/tools/compare/_text_sink.ts";
import { compareVersions, startEtcd } from "../../harness/mod.ts";
import { ALICE, ROOT, setAuth, setUp } from "../auth/_subject.ts";
import { cluster, startOneMember } from "../_one_member.ts";
import { examined as examinedIn, TIMEOUT_MS } from "./_subject.ts";

startOneMember();

/** A password takes time to be checked, and nothing here is silent. */
const examined: typeof examinedIn = (endpoints, options) =>
  examinedIn(endpoints, { timeoutMs: 5_000, ...options });

const NOTES = "note one_member cluster";

Deno.test("diagnose() says whether auth is needed, refused, limited or off", async () => {
  const { endpoints } = cluster;
  await setUp(cluster);
  try {
    const nobody = await examined(endpoints);
    assertEquals(nobody.found.filter((text) => text !== NOTES), [
      "fault auth_needed cluster",
    ]);
    // From etcd 3.7 on members are told to users alone.
    const isTold = compareVersions(cluster.binaries.version, "3.7") < 0;
    assertEquals(nobody.members.length, isTold ? 1 : 0);
    const wrong = await examined(endpoints, {
      auth: { ...ALICE, password: "alicepw\n" },
    });
    assertEquals(wrong.found.filter((text) => text !== NOTES), [
      "fault auth_refused cluster",
    ]);
    assert(!JSON.stringify(wrong).includes("alicepw"), "no password is shown");
    const alice = await examined(endpoints, { auth: ALICE });
    assertEquals(alice.found, [NOTES, "note permission_denied cluster"]);
    assert(alice.healthy);
    assertEquals((await examined(endpoints, { auth: ROOT })).found, [NOTES]);
  } finally {
    await setAuth(cluster, "off");
  }
  const off = await examined(endpoints, { auth: ALICE });
  assertEquals(off.found, ["note auth_not_enabled cluster", NOTES]);
});

Deno.test("deno task doctor takes a password from a file, its first line", async () => {
  const file = await Deno.makeTempFile();
  await setAuth(cluster, "on");
  try {
    await Deno.writeTextFile(file, `${ROOT.password}\n`);
    const [stdout, stderr] = [new TextSink(), new TextSink()];
    const args = [
      ...cluster.endpoints,
      "--user",
      ROOT.username,
      "--password-file",
      file,
      "--timeout-ms=5000",
    ];
    assertEquals(await main(args, { stdout, stderr }), 0, stdout.text);
    assertStringIncludes(stdout.text, "0 faults, 0 warnings, 1 note");
  } finally {
    await setAuth(cluster, "off");
    await Deno.remove(file);
  }
});

Deno.test("diagnose() says whom a client's certificate names, where no user is given, and blames no TLS for a member that is down", async () => {
  await using etcd = await startEtcd({
    members: 1,
    tls: "mutual",
    auth: true,
  });
  const { endpoints, tls, auth } = etcd.clientOptions;
  const { found, findings } = await examined(endpoints, { tls });
  assertEquals(found, [NOTES, "warning permission_denied cluster"]);
  const denied = findings.find(({ code }) => code === "permission_denied");
  assertStringIncludes(denied?.text ?? "", "No user is given");
  assertStringIncludes(denied?.text ?? "", "'client'");
  assertEquals((await examined(endpoints, { tls, auth })).found, [NOTES]);
  const stranger = await examined(endpoints, {
    tls: { ...tls, ca: undefined },
    timeoutMs: TIMEOUT_MS,
  });
  assertEquals(
    stranger.findings[0]?.text,
    "TLS fails: connected, but unable to verify its certificate, is its authority among those in 'tls.ca'? It was signed by 'etcdeno testing'.",
  );
  await etcd.member(0).kill();
  const down = await examined(endpoints, { tls, timeoutMs: TIMEOUT_MS });
  const [endpoint] = endpoints;
  assert(down.found.includes(`fault closed ${endpoint}`), down.found.join());
});
