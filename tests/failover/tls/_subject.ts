import { assertRejects, assertStringIncludes } from "@std/assert";
import { Client, type ClientOptions, UnavailableError } from "../../../mod.ts";
import {
  type Certificate,
  CertificateAuthority,
  type CertificateOptions,
} from "../../../testing/certificates/mod.ts";
import { freePorts } from "../../harness/_ports.ts";
import { startEtcd, type TestCluster, waitFor } from "../../harness/mod.ts";

/** A cluster whose members also listen with TLS, each with its own files. */
export interface TlsCluster extends AsyncDisposable {
  readonly cluster: TestCluster;
  /** Who has signed the certificates of the members, and those of clients. */
  readonly authority: CertificateAuthority;
  /** The ports of the members' TLS listeners. */
  readonly ports: readonly number[];
  /** `https://127.0.0.1:PORT`, of each member. */
  readonly endpoints: readonly string[];
  /** Gives a member another certificate, for connections from now on. */
  install(member: number, certificate: Certificate): Promise<void>;
  /** Gives a member a certificate of the authority for 127.0.0.1. */
  restore(member: number): Promise<void>;
}

/** Starts one; etcd reads a certificate anew for each connection. */
export async function startTlsCluster(
  { members, clientCertificates, extraArgs = [] }: {
    readonly members: number;
    /** Whether clients must show one that the authority has signed. */
    readonly clientCertificates: boolean;
    readonly extraArgs?: readonly string[];
  },
): Promise<TlsCluster> {
  const authority = await CertificateAuthority.create("etcdeno tests");
  const directory = await Deno.makeTempDir({ prefix: "etcdeno-tls-" });
  const ports = await freePorts(members);
  const file = (member: number, kind: string) =>
    `${directory}/m${member + 1}.${kind}.pem`;
  const install = async (member: number, { cert, key }: Certificate) => {
    await Deno.writeTextFile(file(member, "cert"), cert);
    await Deno.writeTextFile(file(member, "key"), key);
  };
  const restore = async (member: number) =>
    await install(member, await authority.issue(SERVER));
  await Deno.writeTextFile(`${directory}/ca.pem`, authority.cert);
  for (const member of ports.keys()) await restore(member);
  const cluster = await startEtcd({
    members,
    extraArgs: ({ name, clientPort }) => {
      const member = Number(name.slice(1)) - 1;
      return [
        `--listen-client-urls=http://127.0.0.1:${clientPort},https://127.0.0.1:${
          ports[member]
        }`,
        `--cert-file=${file(member, "cert")}`,
        `--key-file=${file(member, "key")}`,
        ...clientCertificates
          ? ["--client-cert-auth", `--trusted-ca-file=${directory}/ca.pem`]
          : [],
        ...extraArgs,
      ];
    },
  });
  return {
    cluster,
    authority,
    ports,
    endpoints: ports.map((port) => `https://127.0.0.1:${port}`),
    install,
    restore,
    async [Symbol.asyncDispose]() {
      await cluster.close();
      await Deno.remove(directory, { recursive: true });
    },
  };
}

const SERVER: CertificateOptions = {
  addresses: ["127.0.0.1"],
  names: ["localhost"],
};

/** A client that gives up early, where failing is what it is for. */
export function briefClient(options: ClientOptions): Client {
  return new Client({
    dialTimeoutMs: 1_000,
    requestTimeoutMs: 1_000,
    ...options,
  });
}

/** A client that goes on however slow the handshakes are. */
export function patientClient(options: ClientOptions): Client {
  return new Client({
    dialTimeoutMs: 5_000,
    requestTimeoutMs: 10_000,
    ...options,
  });
}

/** How a client of one member fails, a message that names it. */
export async function failureOf(
  options: ClientOptions & { readonly endpoints: string },
): Promise<UnavailableError> {
  await using client = briefClient(options);
  const error = await waitFor("a dial that has ended", async () => {
    const error = await assertRejects(() => client.get("x"), UnavailableError);
    const [view] = client.balancer.endpoints;
    return view?.lastError === undefined ? undefined : error;
  });
  assertStringIncludes(error.message, options.endpoints);
  return error;
}
