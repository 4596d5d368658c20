/** The reason why no member has answered behind an endpoint. */
import type { EtcdError } from "../../mod.ts";
import type { Finding, FindingCode } from "./diagnosis.ts";
import { connectFault, firstAnswer, type Target } from "./_socket.ts";
import { readSpeech } from "./_speech.ts";

interface Words {
  readonly code: FindingCode;
  readonly text: string;
  readonly advice: string;
}

/** The faults of a connection, by the code that the system gives. */
const CONNECT: Readonly<Record<string, Words>> = {
  ECONNREFUSED: {
    code: "refused",
    text: "Nothing listens there: the connection is refused.",
    advice:
      "Start the member, or look at its --listen-client-urls: it may listen on another address or port.",
  },
  ENOTFOUND: {
    code: "unknown_name",
    text: "Its name is not known to DNS.",
    advice: "Look for a typing error, or use the address of the machine.",
  },
  EHOSTUNREACH: {
    code: "no_route",
    text: "No route leads there.",
    advice: "Look at the network between: routes, firewalls, VPN.",
  },
  ETIMEDOUT: {
    code: "no_answer",
    text: "Nothing answers to the attempt to connect.",
    advice:
      "Look for a firewall that drops packets, and whether the machine is up.",
  },
};
const SAME: Readonly<Record<string, string>> = {
  EAI_AGAIN: "ENOTFOUND",
  EAI_NONAME: "ENOTFOUND",
  ENETUNREACH: "EHOSTUNREACH",
  ENOENT: "ECONNREFUSED",
};

/** The finding on an endpoint behind which no member has answered. */
export async function whyUnreached(
  error: EtcdError,
  { endpoint, target }: { readonly endpoint: string; readonly target: Target },
): Promise<Finding> {
  const fault = await connectFault(target);
  const words = fault === undefined
    ? undefined
    : CONNECT[SAME[fault] ?? fault] ?? {
      code: "unreachable" as const,
      text: `It cannot be reached: ${fault}.`,
      advice: "Look at the network between.",
    };
  return {
    severity: "fault",
    about: endpoint,
    ...words ?? spokenInstead(error, await firstAnswer(target)),
  };
}

/** The words for an endpoint that can be connected to, and is no member. */
function spokenInstead(error: EtcdError, answer: string): Words {
  const { wantsTls, isSilent, isEtcd, server, status } = readSpeech(answer);
  if (wantsTls) {
    return {
      code: "needs_tls",
      text: "It speaks TLS, and the endpoint is without.",
      advice: "Use https:// for this endpoint.",
    };
  }
  if (isEtcd) {
    return {
      code: "http1_only",
      text:
        `etcd answers in HTTP/1.1 there, but not in HTTP/2, which gRPC needs${
          server === undefined ? "" : `; '${server}' is in between`
        }.`,
      advice:
        "Let what is in between pass HTTP/2 or plain TCP, or use the members' own addresses.",
    };
  }
  if (isSilent) {
    return {
      code: "no_answer",
      text: `It can be connected to, and says nothing: ${error.message}.`,
      advice:
        "Look whether the member is frozen or its disk hangs, and whether the port is etcd's.",
    };
  }
  return {
    code: "not_etcd",
    text: `It is no etcd: ${
      server !== undefined
        ? `'${server}' answers${status === undefined ? "" : ` ${status}`}`
        : status !== undefined
        ? `an HTTP server answers ${status}`
        : "it answers in another protocol"
    }.`,
    advice: "Look at the address and port: etcd's clients use 2379.",
  };
}
