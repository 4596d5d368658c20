/** A user and the password. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** Certificates for a client of the members, PEM. */
export interface ClientTls {
  /** The authority that has made the members' certificates. */
  readonly ca: string;
  /** The client's own certificate, if the members want one. */
  readonly cert?: string;
  /** The private key of that. */
  readonly key?: string;
}

/** All that is needed to be heard by the members. */
export interface Access {
  readonly tls: ClientTls | undefined;
  /** The user with every right, if there are users. */
  readonly root: Credentials;
}

/** The user with every right, where nobody has named a password. */
export const ROOT: Credentials = { username: "root", password: "rootpw" };

/** A port of this machine as a URL. */
export function localUrl(
  port: number,
  scheme: "http" | "https" = "http",
): string {
  return `${scheme}://127.0.0.1:${port}`;
}
