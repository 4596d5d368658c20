/** Findings about users, passwords and rights. */
import { X509Certificate } from "node:crypto";
import {
  AuthError,
  Client,
  EtcdError,
  PermissionDeniedError,
  type TlsOptions,
} from "../../mod.ts";
import { clientOptions, LOOPBACK, tried } from "./_client.ts";
import type { Finding } from "./diagnosis.ts";
import type { Settings } from "./options.ts";

const ABOUT = "cluster";

const DENIED: Finding = {
  severity: "note",
  code: "permission_denied",
  about: ABOUT,
  text: "The user may not read the doctor's key, so it has rights of its own.",
  advice: "None, if the user's own keys are all it needs.",
};
const NOT_ENABLED: Finding = {
  severity: "note",
  code: "auth_not_enabled",
  about: ABOUT,
  text: "A user is given, and auth is off: everybody may do everything.",
  advice: "Turn auth on (etcdctl auth enable), or leave the user out.",
};
const NEEDED: Finding = {
  severity: "fault",
  code: "auth_needed",
  about: ABOUT,
  text: "Auth is on, and no user is given: calls on keys are refused.",
  advice:
    "Give auth: { username, password } (--user, --password-file), or a client certificate that names a user.",
};

/** Without a user, etcd takes the name in the client's certificate for one. */
function deniedByCertificate(tls: Settings["client"]["tls"]): Finding {
  const name = typeof tls === "object" ? commonName(tls.cert) : undefined;
  return {
    severity: "warning",
    code: "permission_denied",
    about: ABOUT,
    text:
      `No user is given, so etcd takes the name in the client's certificate for one${
        name === undefined ? "" : `, '${name}'`
      }: it may not read the doctor's key.`,
    advice:
      "Give auth: { username, password } (--user, --password-file). If the certificate is meant to name the user, look whether there is one of that name, and what it may do.",
  };
}

function commonName(cert: TlsOptions["cert"]): string | undefined {
  try {
    return /^CN=(.*)$/m.exec(new X509Certificate(cert ?? "").subject)?.[1];
  } catch {
    // The client has said what is wrong with it.
    return undefined;
  }
}

/** An error as a finding about authentication, if it is one. */
export function authFinding(
  error: Error,
  { client: { auth, tls } }: Pick<Settings, "client">,
): Finding | undefined {
  if (error instanceof PermissionDeniedError) {
    return auth === undefined ? deniedByCertificate(tls) : DENIED;
  }
  if (!(error instanceof AuthError)) return undefined;
  return auth === undefined ? NEEDED : {
    severity: "fault",
    code: "auth_refused",
    about: ABOUT,
    text: `The user is refused: ${error.message}.`,
    advice:
      "Look at the name and the password; a line break at its end counts.",
  };
}

/** Passwords and tokens that whoever sees the network can read. */
export function plainFindings(
  endpoints: readonly string[],
  { client: { auth } }: Pick<Settings, "client">,
): readonly Finding[] {
  const plain = endpoints.filter((endpoint) =>
    endpoint.startsWith("http:") && !LOOPBACK.test(endpoint)
  );
  return auth === undefined || plain.length === 0 ? [] : [{
    severity: "warning",
    code: "auth_without_tls",
    about: ABOUT,
    text: `User and password go without TLS to ${plain.join(", ")}.`,
    advice:
      "Have the members serve https (--cert-file, --key-file): whoever sees the network can read them.",
  }];
}

/** Tries the user and the password, or the token, if there are any. */
export async function examineAuth(
  endpoints: readonly string[],
  settings: Settings,
): Promise<readonly Finding[]> {
  const { signal, client: { auth } } = settings;
  if (auth === undefined || endpoints.length === 0) return [];
  await using client = new Client({ ...clientOptions(settings), endpoints });
  const answer = await tried(client.auth.authenticate({ signal }));
  const finding = answer instanceof EtcdError
    ? authFinding(answer, settings)
    : answer === "not_needed"
    ? NOT_ENABLED
    : undefined;
  return finding === undefined ? [] : [finding];
}
