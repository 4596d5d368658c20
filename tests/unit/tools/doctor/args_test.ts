// The command line of the doctor, and what it prints.
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import type { Diagnosis } from "../../../../testing/doctor/mod.ts";
import {
  DoctorUsageError,
  readDoctorArgs,
} from "../../../../tools/doctor/_args.ts";
import { main } from "../../../../tools/doctor/main.ts";
import { renderDiagnosis } from "../../../../tools/doctor/_report.ts";
import { paintFor } from "../../../../tools/output/_text.ts";
import { TextSink } from "../compare/_text_sink.ts";

const NOTHING = {
  caFile: undefined,
  certFile: undefined,
  keyFile: undefined,
  serverName: undefined,
  user: undefined,
  passwordFile: undefined,
  transport: undefined,
  timeoutMs: undefined,
  idleMs: undefined,
  json: false,
};

Deno.test("readDoctorArgs() takes endpoints in any form, and flags in both", () => {
  assertEquals(readDoctorArgs(["a:1,b:2", "c:3"]), {
    ...NOTHING,
    endpoints: ["a:1", "b:2", "c:3"],
  });
  assertEquals(
    readDoctorArgs([
      "--trusted-ca-file=ca",
      "https://a",
      "--cert-file",
      "c",
      "--key-file=k",
      "--server-name=n",
      "--user=u",
      "--password-file=p",
      "--transport=grpc-js",
      "--timeout-ms=500",
      "--idle-seconds",
      "70",
      "--json",
    ]),
    {
      endpoints: ["https://a"],
      caFile: "ca",
      certFile: "c",
      keyFile: "k",
      serverName: "n",
      user: "u",
      passwordFile: "p",
      transport: "grpc-js",
      timeoutMs: 500,
      idleMs: 70_000,
      json: true,
    },
  );
  assertEquals(readDoctorArgs(["a", "--help"]), "help");
});

const MISTAKES: readonly (readonly [args: string[], message: string])[] = [
  [[], "no endpoints are given"],
  [["a:1", "--frob"], "'--frob' is not known; known are --trusted-ca-file"],
  [["a:1", "--user"], "--user needs a value"],
  [["a:1", "--user", "--json"], "--user needs a value"],
  [["a:1", "--user", "x"], "--user needs --password-file"],
  [["a:1", "--password-file", "x"], "--password-file needs --user"],
  [["a:1", "--cert-file=x"], "--cert-file needs --key-file"],
  [["a:1", "--key-file=x"], "--key-file needs --cert-file"],
  [["a:1", "--user=x", "--user=y"], "--user is given twice"],
  [["a:1", "--transport=quic"], "--transport has 'quic'; known are http2"],
  [["a:1", "--timeout-ms=0"], "--timeout-ms must be 1 to 86400, got '0'"],
  [["a:1", "--idle-seconds=1.5"], "--idle-seconds must be 1 to 86400"],
];

for (const [args, message] of MISTAKES) {
  Deno.test(`deno task doctor ${args.join(" ")} is refused with exit code 2`, async () => {
    assertThrows(() => readDoctorArgs(args), DoctorUsageError, message);
    const [stdout, stderr] = [new TextSink(), new TextSink()];
    assertEquals(await main(args, { stdout, stderr }), 2);
    assertStringIncludes(stderr.text, `Cannot examine: ${message}`);
    assertEquals(stdout.text, "");
  });
}

Deno.test("deno task doctor names the option or the file that it cannot use", async () => {
  for (
    const [args, message] of [
      [["http://a:99999"], "'endpoints' must be an endpoint such as"],
      [["ftp://a"], "'endpoints' must be an endpoint such as"],
      [
        ["https://a", "--trusted-ca-file=/dev/null"],
        "'tls.ca' must be",
      ],
      [
        ["https://a", "--trusted-ca-file=/tmp/none/ca.pem"],
        "--trusted-ca-file /tmp/none/ca.pem cannot be read",
      ],
    ] as const
  ) {
    const [stdout, stderr] = [new TextSink(), new TextSink()];
    assertEquals(await main(args, { stdout, stderr }), 2, args.join(" "));
    assertStringIncludes(stderr.text, message);
  }
});

const DIAGNOSIS: Diagnosis = {
  healthy: false,
  findings: [
    {
      severity: "fault",
      code: "refused",
      about: "http://b:2379",
      text: "Nothing listens there.",
      advice: "Start the member.",
    },
    {
      severity: "note",
      code: "learner",
      about: "m3",
      text: "It is a learner.",
    },
  ],
  endpoints: [
    {
      endpoint: "https://a:2379",
      answers: true,
      answerMs: 12,
      memberId: "1",
      clusterId: "f",
      version: "3.5.16",
      dbSizeBytes: 2_500_000,
      certificate: {
        subject: "a",
        issuer: "b",
        names: ["a"],
        validFrom: "2026-01-01T00:00:00.000Z",
        validUntil: "2027-01-01T00:00:00.000Z",
      },
      server: "nginx",
    },
    { endpoint: "http://b:2379", answers: false },
  ],
  members: [
    {
      id: "1",
      name: "m1",
      clientUrls: ["https://a:2379"],
      isLearner: false,
      leads: true,
      reached: true,
      version: "3.5.16",
    },
    {
      id: "2",
      name: "",
      clientUrls: [],
      isLearner: false,
      leads: false,
      reached: false,
    },
  ],
  strategies: [
    {
      strategy: "grpc1.7",
      reads: 2,
      failed: 2,
      firstReadMs: 3_000,
      connections: 0,
    },
    {
      strategy: "grpc1.23",
      reads: 2,
      failed: 1,
      firstReadMs: 3,
      connections: 1,
    },
  ],
};

Deno.test("renderDiagnosis() says what is, and below each finding what to change", () => {
  const text = renderDiagnosis(DIAGNOSIS, {
    columns: 100,
    paint: paintFor({ color: false }),
  });
  assertEquals(
    text,
    `Endpoints
 = https://a:2379  m1  etcd 3.5.16  leads  answers in 12 ms  database 2.5 MB  certificate until 2027-01-01  through nginx
 ✘ http://b:2379  does not answer

Other members
 ✘ member 2  never started  does not answer

Strategies
 ✘ grpc1.7   is not served
 ✘ grpc1.23  the first read in 3 ms, 1 connection, 1 of 2 reads failed

 ✘ http://b:2379: Nothing listens there.
   → Start the member.

 · m3: It is a learner.

1 fault, 0 warnings, 1 note
`,
  );
});

Deno.test("renderDiagnosis() names a member that is down once, and says once what several endpoints lack", () => {
  const down = ["http://b:2379", "http://c:2379"];
  const text = renderDiagnosis({
    healthy: false,
    findings: down.map((about) => ({
      severity: "fault",
      code: "refused",
      about,
      text: "Nothing listens there.",
      advice: "Start the member.",
    })),
    endpoints: down.map((endpoint) => ({ endpoint, answers: false })),
    members: ["b", "c", "d"].map((name) => ({
      id: name,
      name,
      clientUrls: [`http://${name}:2379`],
      isLearner: false,
      leads: false,
      reached: false,
    })),
    strategies: [],
  }, { columns: 100, paint: paintFor({ color: false }) });
  assertEquals(
    text,
    `Endpoints
 ✘ http://b:2379  b  does not answer
 ✘ http://c:2379  c  does not answer

Other members
 ✘ d  http://d:2379  does not answer

Strategies

 ✘ http://b:2379, http://c:2379: Nothing listens there.
   → Start the member.

2 faults, 0 warnings, 0 notes
`,
  );
});
