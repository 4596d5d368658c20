import {
  type Certificate,
  CertificateAuthority,
} from "../../testing/certificates/mod.ts";
import { DnsServer } from "../harness/fake/dns_server.ts";
import { freePorts } from "../harness/_ports.ts";
import type { MemberAddresses } from "../../testing/mod.ts";
import { findEtcd, startEtcd, type TestCluster } from "../harness/mod.ts";
import type { Ask, Plan } from "./conformance/_check.ts";

const MEMBERS = 3;
const DOMAIN = "runtimes.example";
const HOST = "127.0.0.1";

/** What the checks run against: a part of their plan, and its faults. */
export interface Servers extends AsyncDisposable {
  readonly plan: Pick<Plan, "endpoints" | "direct" | "cluster">;
  /** Of the server. */
  readonly version: string;
  /** Does what the program asks for. */
  serve(what: Ask): Promise<unknown>;
}

/**
 * Three members behind fault proxies. Each also listens with TLS, the first at
 * a Unix socket, and a name server has their records.
 */
export async function startServers(): Promise<Servers> {
  await using stack = new AsyncDisposableStack();
  const tls = stack.use(await TlsFiles.create());
  const binaries = await findEtcd();
  const { version } = binaries;
  const socket = takesSockets(version)
    ? `${tls.directory}/etcd.sock`
    : undefined;
  const cluster = stack.use(
    await startEtcd({
      members: MEMBERS,
      binaries,
      extraArgs: (member) => tls.argsOf(member, socket),
    }),
  );
  const direct = cluster.members.map(({ directEndpoint }) => directEndpoint);
  const dns = stack.use(await DnsServer.start());
  dns.set(
    `_etcd-client._tcp.${DOMAIN}`,
    direct.map((endpoint) => ({
      target: "localhost",
      port: Number(new URL(endpoint).port),
    })),
  );
  const resources = stack.move();
  return {
    version,
    plan: {
      endpoints: cluster.endpoints,
      direct,
      cluster: {
        secure: tls.ports.map((port) => `https://${HOST}:${port}`),
        ca: tls.authority.cert,
        stranger: tls.stranger.cert,
        ...tls.client,
        socket,
        nameServer: { hostname: HOST, port: dns.port },
        domain: DOMAIN,
      },
    },
    serve: (what) => serve(what, { cluster, tls }),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

async function serve(
  what: Ask,
  { cluster, tls }: { readonly cluster: TestCluster; readonly tls: TlsFiles },
): Promise<unknown> {
  const { members } = cluster;
  switch (what.op) {
    case "kill":
      return await members[what.member]?.kill();
    case "restart":
      return await members[what.member]?.restart();
    case "mode": {
      const { kind, member } = what;
      const meant = members.filter((_, at) =>
        member === "all" || member === at
      );
      return await Promise.all(meant.map(({ proxy }) => proxy.set({ kind })));
    }
    case "certificate":
      return await tls.install(what.member, what.of);
  }
}

/** etcd 3.4 takes no path: it has the socket in its working directory. */
export function takesSockets(version: string): boolean {
  return !version.startsWith("3.4.");
}

/** The certificates of the members, which etcd reads for each connection. */
class TlsFiles implements AsyncDisposable {
  readonly ports: readonly number[];
  readonly authority: CertificateAuthority;
  readonly stranger: CertificateAuthority;
  readonly client: Certificate;
  readonly directory: string;

  private constructor(
    { ports, authority, stranger, client, directory }: {
      readonly ports: readonly number[];
      readonly authority: CertificateAuthority;
      readonly stranger: CertificateAuthority;
      readonly client: Certificate;
      readonly directory: string;
    },
  ) {
    this.ports = ports;
    this.authority = authority;
    this.stranger = stranger;
    this.client = client;
    this.directory = directory;
  }

  static async create(): Promise<TlsFiles> {
    const authority = await CertificateAuthority.create("etcdeno tests");
    const files = new TlsFiles({
      ports: await freePorts(MEMBERS),
      authority,
      stranger: await CertificateAuthority.create("somebody else"),
      client: await authority.issue({ commonName: "me" }),
      directory: await Deno.makeTempDir({ prefix: "etcdeno-runtimes-" }),
    });
    await Deno.writeTextFile(files.#path("ca"), authority.cert);
    for (const member of files.ports.keys()) await files.install(member, "own");
    return files;
  }

  /** The arguments of a member. */
  argsOf(
    { name, clientPort }: MemberAddresses,
    socket: string | undefined,
  ): readonly string[] {
    const member = Number(name.slice(1)) - 1;
    const urls = [
      `http://${HOST}:${clientPort}`,
      `https://${HOST}:${this.ports[member]}`,
      ...member === 0 && socket !== undefined ? [`unix://${socket}`] : [],
    ];
    return [
      `--listen-client-urls=${urls.join(",")}`,
      `--cert-file=${this.#path(`${member}.cert`)}`,
      `--key-file=${this.#path(`${member}.key`)}`,
      "--client-cert-auth",
      `--trusted-ca-file=${this.#path("ca")}`,
    ];
  }

  /** Gives a member a certificate, for connections from now on. */
  async install(
    member: number,
    of: Extract<Ask, { op: "certificate" }>["of"],
  ): Promise<void> {
    const issuer = of === "stranger" ? this.stranger : this.authority;
    const { cert, key } = await issuer.issue(
      of === "other name" ? { names: ["other.example"] } : {
        addresses: [HOST],
        names: ["localhost"],
        expired: of === "expired",
      },
    );
    await Deno.writeTextFile(this.#path(`${member}.cert`), cert);
    await Deno.writeTextFile(this.#path(`${member}.key`), key);
  }

  #path(name: string): string {
    return `${this.directory}/${name}.pem`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.directory, { recursive: true });
  }
}
