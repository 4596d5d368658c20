// Findings that take a fault no test can make a real server have.
import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { TcpPeer } from "../../support/_tcp_peer.ts";
import { InvalidOptionError, type MemberStatus } from "../../../../mod.ts";
import { plainFindings } from "../../../../testing/doctor/_auth.ts";
import { examineCluster } from "../../../../testing/doctor/_cluster.ts";
import { readSpeech } from "../../../../testing/doctor/_speech.ts";
import {
  clockFinding,
  endsSoon,
  tlsFinding,
} from "../../../../testing/doctor/_tls.ts";
import { diagnose, type MemberReport } from "../../../../testing/doctor/mod.ts";

const HEADER = { clusterId: 9n, memberId: 1n, revision: 1n, raftTerm: 2n };
const WELL: MemberStatus = {
  header: HEADER,
  version: "3.5.16",
  leader: 1n,
  isLearner: false,
  dbSizeBytes: 30_000n,
  dbSizeInUseBytes: 20_000n,
  dbSizeQuotaBytes: undefined,
  raftIndex: 100n,
  raftAppliedIndex: 100n,
  raftTerm: 2n,
  errors: [],
  storageVersion: undefined,
  downgradeTo: undefined,
};

/** The findings on members with these statuses. */
function found(...changes: readonly Partial<MemberStatus>[]) {
  const statuses = new Map(
    changes.map((change, at) => {
      const header = { ...HEADER, memberId: BigInt(at + 1) };
      return [BigInt(at + 1), { ...WELL, header, ...change }] as const;
    }),
  );
  const reports = [...statuses].map(([id, { isLearner }]): MemberReport => ({
    id: id.toString(16),
    name: `m${id}`,
    clientUrls: [`http://m${id}:2379`],
    isLearner,
    leads: id === 1n,
    reached: true,
  }));
  const examined = [...statuses.values()].map((status) => ({
    report: {
      endpoint: `http://m${status.header.memberId}:2379`,
      answers: true,
      memberId: status.header.memberId.toString(16),
      clusterId: "9",
    },
    status,
    findings: [],
  }));
  return examineCluster(examined, { reports, statuses, findings: [] })
    .map(({ severity, code, about }) => `${severity} ${code} ${about}`);
}

Deno.test("examineCluster() has no finding on three members that are well", () => {
  assertEquals(found({}, {}, {}), []);
});

Deno.test("examineCluster() sees what the members say of themselves", () => {
  const GIB = 1024n ** 3n;
  assertEquals(found({}, {}, { errors: ["memberID:3 alarm:NOSPACE "] }), [
    "fault no_space m3",
  ]);
  assertEquals(found({}, {}, { errors: ["memberID:3 alarm:CORRUPT "] }), [
    "fault corrupt m3",
  ]);
  assertEquals(
    found({}, {}, { dbSizeBytes: 2n * GIB, dbSizeInUseBytes: GIB / 2n }),
    ["warning database_large m3", "note database_fragmented m3"],
  );
  const quota = { dbSizeBytes: 2n * GIB, dbSizeInUseBytes: 2n * GIB };
  assertEquals(found({}, {}, { ...quota, dbSizeQuotaBytes: 8n * GIB }), []);
  assertEquals(found({}, {}, { raftIndex: 90_000n, raftAppliedIndex: 90n }), [
    "warning lagging m1",
    "warning lagging m2",
    "warning lagging m3",
  ]);
  assertEquals(found({}, {}, {}, { isLearner: true }), ["note learner m4"]);
});

Deno.test("examineCluster() sees what the members say of each other", () => {
  const none = { leader: undefined };
  assertEquals(found(none, none, none), ["fault no_leader cluster"]);
  assertEquals(found({}, {}, none), ["warning leaders_differ cluster"]);
  assertEquals(found({}, {}, { version: "3.6.1" }), [
    "warning mixed_versions cluster",
  ]);
  assertEquals(found({}, {}, { version: "3.5.30" }), []);
  const old = { version: "3.3.27" };
  assertEquals(found(old, old, old), ["warning old_version cluster"]);
  assertEquals(found({}), ["note one_member cluster"]);
  assertEquals(found({}, {}, {}, {}), ["note even_members cluster"]);
});

Deno.test("readSpeech() tells etcd, others and TLS apart", () => {
  const http = (...lines: readonly string[]) => readSpeech(lines.join("\r\n"));
  const etcd = http(
    "HTTP/1.1 200 OK",
    "Date: Mon, 30 Nov 2026 12:00:00 GMT",
    "",
    '{"etcdserver":"3.5.16","etcdcluster":"3.5.0"}',
  );
  assertEquals(etcd, {
    status: 200,
    dateMs: Date.UTC(2026, 10, 30, 12),
    isEtcd: true,
    wantsTls: false,
  });
  assertEquals(http("HTTP/1.1 404 Not Found", "server: nginx/1.22.1", "", ""), {
    status: 404,
    server: "nginx/1.22.1",
    isEtcd: false,
    wantsTls: false,
  });
  const go = http(
    "HTTP/1.0 400 Bad Request",
    "",
    "Client sent an HTTP request to an HTTPS server.",
  );
  assert(go.wantsTls);
  assert(readSpeech("\x15\x03\x03\x00\x02\x02\x46").wantsTls);
  assertEquals(readSpeech("SSH-2.0-OpenSSH_9.2"), {
    isEtcd: false,
    wantsTls: false,
  });
});

Deno.test("endsSoon() warns a month before, or a fifth of a short life", () => {
  const DAY_MS = 86_400_000;
  const nowMs = Date.UTC(2026, 10, 30);
  const texts = (lifeDays: number, leftDays: number) => {
    const until = nowMs + leftDays * DAY_MS;
    const certificate = {
      subject: "m1",
      issuer: "ca",
      names: [],
      validFrom: new Date(until - lifeDays * DAY_MS).toISOString(),
      validUntil: new Date(until).toISOString(),
    };
    return endsSoon("m1", { certificate, nowMs }).map(({ text }) => text);
  };
  assertEquals(texts(365, 31), []);
  assertEquals(texts(365, 29), [
    "Its certificate ends in 29 days, on 2026-12-29T00:00:00.000Z.",
  ]);
  assertEquals(texts(90, 20), []);
  assertEquals(texts(1, 0.125).length, 1);
  assertStringIncludes(texts(1, 0.125)[0] ?? "", "ends in 3 hours");
  assertEquals(texts(365, -1), [], "that it is over is said elsewhere");
});

Deno.test("clockFinding() bears what an answer takes", () => {
  const nowMs = Date.UTC(2026, 10, 30);
  const text = (apartMs: number) =>
    clockFinding("m1", { serverMs: nowMs + apartMs, nowMs })[0]?.text;
  assertEquals(text(4_000), undefined);
  assertEquals(text(-4_000), undefined);
  assertEquals(text(61_000), "Its clock is 61 s ahead of the one here.");
  assertEquals(text(-3_600_000), "Its clock is 3600 s behind the one here.");
});

Deno.test("plainFindings() warns of a password that leaves the machine without TLS", () => {
  const auth = { username: "a", password: "b" };
  const warned = (endpoints: readonly string[], client = { auth }) =>
    plainFindings(endpoints, { client }).map(({ text }) => text);
  assertEquals(
    warned(["http://10.0.0.1:2379", "https://10.0.0.2:2379"]),
    ["User and password go without TLS to http://10.0.0.1:2379."],
  );
  assertEquals(warned(["http://127.0.0.1:2379", "unix:///run/etcd.sock"]), []);
  assertEquals(plainFindings(["http://10.0.0.1:2379"], { client: {} }), []);
});

Deno.test("tlsFinding() shows both times where a certificate is not valid yet", () => {
  const { code, text, advice } = tlsFinding("m1", {
    fault: "not_yet_valid",
    reason: "its certificate is not valid yet",
    certificate: {
      subject: "m1",
      issuer: "ca",
      names: ["m1"],
      validFrom: "2027-01-01T00:00:00.000Z",
      validUntil: "2028-01-01T00:00:00.000Z",
    },
    nowMs: Date.UTC(2026, 10, 30),
  });
  assertEquals(code, "tls_not_yet_valid");
  assertStringIncludes(text, "from 2027-01-01T00:00:00.000Z until 2028");
  assertStringIncludes(text, "here it is 2026-11-30T00:00:00.000Z");
  assertStringIncludes(advice ?? "", "clocks");
});

Deno.test("diagnose() tells a proxy with members that are down from one that speaks HTTP/1.1 alone", async () => {
  const body = '{"etcdserver":"3.5.16","etcdcluster":"3.5.0"}';
  const answer = new TextEncoder().encode(
    `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  for (
    const [most, code] of [[Infinity, "http1_only"], [1, "closed"]] as const
  ) {
    let answered = 0;
    await using peer = new TcpPeer(async (conn) => {
      const asked = new Uint8Array(100);
      await conn.read(asked);
      // A client of HTTP/2 begins otherwise.
      const isGet = asked[0] === "G".charCodeAt(0);
      if (isGet && answered++ < most) await conn.write(answer);
    });
    const { findings } = await diagnose(`http://${peer.address}`, {
      timeoutMs: 500,
    });
    const codes = findings.map(({ code }) => code);
    assertEquals(codes, [code]);
  }
});

Deno.test("diagnose() refuses options by name before anything is sent", async () => {
  const one = "http://127.0.0.1:1";
  for (
    const [option, call] of [
      ["endpoints", () => diagnose([])],
      ["endpoints", () => diagnose("http://a, http://b")],
      ["timeoutMs", () => diagnose(one, { timeoutMs: 0 })],
      ["idleMs", () => diagnose(one, { idleMs: -1 })],
      ["nowMs", () => diagnose(one, { nowMs: 5 as never })],
      ["transport", () => diagnose(one, { transport: "quic" as never })],
      ["timeout", () => diagnose(one, { timeout: 5 } as never)],
      [
        "auth",
        () => diagnose(one, { auth: { username: "a" } as never }),
      ],
      ["tls.ca", () => diagnose("https://a", { tls: { ca: "no PEM" } })],
    ] as const
  ) {
    const error = await assertRejects(call, InvalidOptionError);
    assertEquals(error.option, option);
  }
});
