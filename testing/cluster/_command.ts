import type { EtcdBinaries } from "../programs/mod.ts";
import { localUrl } from "./_access.ts";

/** The addresses of one member, and those it tells the others. */
export interface MemberAddresses {
  /** `m1`, `m2` and so on. */
  readonly name: string;
  /** The port for clients. */
  readonly clientPort: number;
  /** The port for the other members. */
  readonly peerPort: number;
  /** The fault proxy, which clients that ask for the members are told. */
  readonly clientProxy: string;
  /** The port the other members are told. */
  readonly peerProxyPort: number;
}

/** Settings that all members of a cluster have in common. */
export interface CommandOptions {
  readonly binaries: EtcdBinaries;
  readonly dataRoot: string;
  readonly token: string;
  /** Whether the cluster begins with it, or is there already. */
  readonly state: "new" | "existing";
  readonly members: readonly MemberAddresses[];
  readonly scheme: "http" | "https";
  readonly extraArgs: readonly string[];
}

/**
 * The command line of one member. Elections run at etcd's default speed: the
 * expected figures of the scenarios were measured with it.
 */
export function etcdCommand(
  member: MemberAddresses,
  options: CommandOptions,
): string[] {
  const { binaries, dataRoot, token, state, members, scheme, extraArgs } =
    options;
  const initialCluster = members
    .map(({ name, peerProxyPort }) => `${name}=${localUrl(peerProxyPort)}`)
    .join(",");
  return [
    binaries.etcd,
    `--name=${member.name}`,
    `--data-dir=${dataRoot}/${member.name}`,
    `--listen-client-urls=${localUrl(member.clientPort, scheme)}`,
    `--advertise-client-urls=${member.clientProxy}`,
    `--listen-peer-urls=${localUrl(member.peerPort)}`,
    `--initial-advertise-peer-urls=${localUrl(member.peerProxyPort)}`,
    `--initial-cluster=${initialCluster}`,
    `--initial-cluster-token=${token}`,
    `--initial-cluster-state=${state}`,
    "--logger=zap",
    "--log-outputs=stderr",
    // What a test wrote need not survive a power cut.
    ...(hasUnsafeNoFsync(binaries.version) ? ["--unsafe-no-fsync"] : []),
    ...extraArgs,
  ];
}

function hasUnsafeNoFsync(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 3 || major === 3 && minor >= 5;
}
