/** The reason why no member has answered behind an endpoint. */
import type { EtcdError } from "../../mod.ts";
import type { Finding, FindingCode } from "./diagnosis.ts";
import {
  certificateOf,
  connectFault,
  firstAnswer,
  type Target,
} from "./_socket.ts";
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
const SOME_CLOSED: Words = {
  code: "closed",
  text:
    "It ends some connections at once, and etcd answers on others: a gateway or a proxy is in between.",
  advice: "Look whether all members behind it are up, and serve.",
};
const NEEDS_TLS: Words = {
  code: "needs_tls",
  text: "It speaks TLS, and the endpoint is without.",
  advice: "Use https:// for this endpoint.",
};
/** As many as a cluster has members, mostly. */
const TRIES = 5;
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
    : fault === "ECONNRESET"
    ? closed(target)
    : CONNECT[SAME[fault] ?? fault] ?? {
      code: "unreachable" as const,
      text: `It cannot be reached: ${fault}.`,
      advice: "Look at the network between.",
    };
  return {
    severity: "fault",
    about: endpoint,
    ...words ?? await spokenInstead(error, target),
  };
}

async function hasCertificate(target: Target): Promise<boolean> {
  return await certificateOf(target) !== undefined;
}

function failed({ message }: EtcdError): Words {
  return {
    code: "unreachable",
    text: `etcd is there, and does not tell its status: ${message}.`,
    advice:
      "Ask again, with more time (--timeout-ms): the member or its machine may be busy.",
  };
}

function closed({ secure }: Target): Words {
  return {
    code: "closed",
    text: "It accepts the connection, and ends it at once.",
    advice:
      `Look whether the member behind it is up, if it is a proxy's address${
        secure ? "" : ", and whether it wants https"
      }.`,
  };
}

function silent(timeoutMs: number): Words {
  return {
    code: "no_answer",
    text: `It can be connected to, and says nothing for ${timeoutMs} ms.`,
    advice:
      "Look whether the member is frozen or its disk hangs, and whether the port is etcd's.",
  };
}

/** Whether it ends one of some connections before it says a word. */
async function endsSome(target: Target): Promise<boolean> {
  for (let at = 0; at < TRIES; at++) {
    if (await firstAnswer(target) === "") return true;
  }
  return false;
}

/** The words for an endpoint that can be connected to, and is no member. */
async function spokenInstead(
  error: EtcdError,
  target: Target,
): Promise<Words> {
  // etcd ends a connection without TLS and says nothing, so it is tried.
  const [answer, speaksTls] = await Promise.all([
    firstAnswer(target),
    target.secure ? false : hasCertificate(target),
  ]);
  const { wantsTls, isEtcd, server, status } = readSpeech(answer ?? "");
  if (wantsTls || speaksTls) return NEEDS_TLS;
  if (answer === undefined) return silent(target.timeoutMs);
  if (answer === "") return closed(target);
  // It was connected to, and something else went wrong.
  if (isEtcd && error.code !== "unavailable") return failed(error);
  if (isEtcd && await endsSome(target)) return SOME_CLOSED;
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
