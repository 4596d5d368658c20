import { mkdir, writeFile } from "node:fs/promises";
import { CertificateAuthority } from "../certificates/mod.ts";
import type { ClientTls } from "./_access.ts";
import type { StartEtcdOptions } from "./options.ts";

/** The way members and their clients are to speak. */
export interface InstalledTls {
  readonly scheme: "http" | "https";
  /** Arguments for every member. */
  readonly args: readonly string[];
  readonly client: ClientTls | undefined;
  /** For what is asked over etcd's own JSON. */
  readonly admin: ClientTls | undefined;
}

const PLAIN: InstalledTls = {
  scheme: "http",
  args: [],
  client: undefined,
  admin: undefined,
};
const OWNER_ONLY = 0o600;
const SERVER = {
  names: ["localhost"],
  addresses: ["127.0.0.1", "::1"],
  commonName: "etcd",
};

/** Makes certificates, if they are wanted, and the files that members read. */
export async function installTls(
  root: string,
  tls: StartEtcdOptions["tls"] = false,
): Promise<InstalledTls> {
  if (tls === false) return PLAIN;
  const authority = await CertificateAuthority.create("etcdeno testing");
  const server = await authority.issue(SERVER);
  const directory = `${root}/tls`;
  await mkdir(directory);
  const write = async (name: string, text: string): Promise<string> => {
    const path = `${directory}/${name}`;
    await writeFile(path, text, { mode: OWNER_ONLY });
    return path;
  };
  const ca = await write("ca.pem", authority.cert);
  const args = [
    `--cert-file=${await write("server.pem", server.cert)}`,
    `--key-file=${await write("server.key", server.key)}`,
  ];
  const client = { ca: authority.cert };
  if (tls === true) return { scheme: "https", args, client, admin: client };
  const own = await authority.issue({ commonName: "client" });
  // With users, etcd's JSON refuses whoever is named by a certificate.
  const unnamed = await authority.issue({ commonName: "" });
  return {
    scheme: "https",
    args: [...args, "--client-cert-auth", `--trusted-ca-file=${ca}`],
    client: { ...client, ...own },
    admin: { ...client, ...unnamed },
  };
}
