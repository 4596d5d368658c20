// The command lines of our guide and of upstream's, run as they are written.
// The hosts of example.com stand for hosts of this machine.
import { assert, assertStringIncludes } from "@std/assert";
import { CertificateAuthority } from "../../../testing/certificates/mod.ts";
import { DnsServer } from "../../harness/fake/dns_server.ts";
import { GatewayProcess, MAIN } from "./_process.ts";
import { ROOT } from "../support/_program.ts";
import { TlsPeer } from "./_tls_peer.ts";

interface Example {
  readonly permissions: readonly string[];
  readonly words: readonly string[];
}

/** Those of a document of ours, with the permissions it gives. */
async function examplesOf(file: string): Promise<Example[]> {
  const text = await Deno.readTextFile(new URL(file, ROOT));
  return text.replaceAll(/\\\n\s*/g, "").split("\n").flatMap((line) => {
    const found = /deno run (.*) jsr:@etcdeno\/client\/gateway\/main (.*)$/
      .exec(line);
    const [, permissions = "", words = ""] = found ?? [];
    if (found === null) return [];
    return [{ permissions: permissions.split(" "), words: words.split(" ") }];
  });
}

/** https://etcd.io/docs/v3.6/op-guide/gateway, and the same in other words. */
const UPSTREAM = [
  "start --endpoints=infra0.example.com,infra1.example.com,infra2.example.com",
  "--endpoints infra0.example.com,infra1.example.com,infra2.example.com",
  "start --discovery-srv=example.com",
  "start --discovery-srv example.com",
  "--discovery-srv=example.com",
].map((line) => ({ permissions: ["--allow-net"], words: line.split(" ") }));

/** The same command, where nothing else listens. */
function start(example: Example, more: Partial<Example> = {}): GatewayProcess {
  const permissions = [...example.permissions, ...more.permissions ?? []];
  const words = [...example.words, ...more.words ?? []].map((word) =>
    word.replaceAll(/infra(\d)\.example\.com/g, "127.0.1.$1")
  );
  return new GatewayProcess([...words, "--listen-addr=127.0.0.1:0"], {
    program: ["deno", "run", "--no-prompt", ...permissions, MAIN],
  });
}

const sources: readonly (readonly [string, readonly Example[]])[] = [
  ["README.md", await examplesOf("README.md")],
  ["docs/gateway.md", await examplesOf("docs/gateway.md")],
  ["upstream's guide", UPSTREAM],
];

for (const [source, examples] of sources) {
  Deno.test(`the gateway command takes the endpoints of ${source} as written`, async () => {
    let ran = 0;
    for (const example of examples) {
      const hosts = example.words.join(" ").match(/infra\d/g);
      if (hosts === null) continue;
      ran++;
      await using command = start(example);
      // Upstream asks for ports.
      const endpoints = hosts.map((host) => `"127.0.1.${host.at(-1)}:2379"`);
      assertStringIncludes(
        await command.line("ready to proxy client requests"),
        `endpoints=[${endpoints}]`,
      );
    }
    assert(ran > 0, "there is none");
  });
}

const discoveries = sources.flatMap(([source, examples]) =>
  examples.filter(({ words }) => words.join(" ").includes("--discovery-srv"))
    .map((example) => ({ source, example }))
);

for (const { source, example } of discoveries) {
  Deno.test(`the gateway command serves by ${example.words.join(" ")}, as in ${source}`, async () => {
    const authority = await CertificateAuthority.create("etcdeno tests");
    await using dns = await DnsServer.start();
    await using peer = await TlsPeer.start("example.com", authority);
    dns.set("_etcd-client-ssl._tcp.example.com", [peer.record]);
    const caFile = await Deno.makeTempFile();
    try {
      await Deno.writeTextFile(caFile, authority.cert);
      await using command = start(example, {
        permissions: [`--allow-read=${caFile}`],
        words: [
          `--dns-server=127.0.0.1:${dns.port}`,
          `--trusted-ca-file=${caFile}`,
        ],
      });
      assertStringIncludes(
        await command.line("ready to proxy client requests"),
        `["${peer.address}"]`,
      );
      const address = new URL(`http://${await command.address()}`);
      using client = await Deno.startTls(
        await Deno.connect({
          hostname: "127.0.0.1",
          port: Number(address.port),
        }),
        { hostname: "example.com", caCerts: [authority.cert] },
      );
      await client.handshake();
    } finally {
      await Deno.remove(caFile);
    }
  });
}
