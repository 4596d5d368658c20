import type { EtcdBinaries } from "../programs/mod.ts";
import type { MemberAddresses } from "./_command.ts";

/** Options of {@linkcode startEtcd}. */
export interface StartEtcdOptions {
  /**
   * The server's series, as `3.5`, or version, as `3.6.1`. It is found, or
   * fetched, as {@linkcode findEtcd} does.
   *
   * @default {The variable ETCD_VERSION, else "3.5"}
   */
  readonly version?: string | undefined;
  /** The number of members, from 1 to 9. @default {3} */
  readonly members?: number | undefined;
  /**
   * Whether clients reach the members by TLS, with certificates that are made
   * for it: `"mutual"` if they have to show one of their own. The members
   * themselves speak plain HTTP to each other.
   *
   * @default {false}
   */
  readonly tls?: boolean | "mutual" | undefined;
  /**
   * Whether the members ask who calls. There is one user then, `root`, who may
   * do everything.
   *
   * @default {false}
   */
  readonly auth?: boolean | { readonly password: string } | undefined;
  /** The server to run, instead of a `version`. */
  readonly binaries?: EtcdBinaries | undefined;
  /** The file of a snapshot the members begin with. */
  readonly snapshot?: string | undefined;
  /** Further arguments for every member, or those of each. */
  readonly extraArgs?:
    | readonly string[]
    | ((member: MemberAddresses) => readonly string[])
    | undefined;
  /** The least level of lines that members print. @default {"error"} */
  readonly logLevel?: "debug" | "info" | "warn" | "error" | undefined;
  /** Called with a line of text for each step that takes time. */
  readonly onProgress?: ((line: string) => void) | undefined;
  /** Ends the start. What has been started until then ends, too. */
  readonly signal?: AbortSignal | undefined;
}

/** The data that `TestCluster.restore()` puts there. */
export interface RestoreOptions {
  /** The file of a snapshot; without one, nothing is left. */
  readonly snapshot?: string | undefined;
  /** Further flags of the restore, such as `--mark-compacted`. */
  readonly flags?: readonly string[] | undefined;
}

/** All that a `Client` needs to be heard by a cluster. */
export interface EtcdClientOptions {
  /** The fault proxies of all members. */
  readonly endpoints: readonly string[];
  /** Certificates, with `tls`. */
  readonly tls?: {
    /** The authority of the members' certificates, PEM. */
    readonly ca: string;
    /** The client's own certificate, PEM, with `tls: "mutual"`. */
    readonly cert?: string;
    /** The private key of that, PEM. */
    readonly key?: string;
  };
  /** The user, with `auth`. */
  readonly auth?: {
    /** `root`. */
    readonly username: string;
    /** The password. */
    readonly password: string;
  };
}
