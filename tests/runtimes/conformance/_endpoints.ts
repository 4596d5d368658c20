import assert from "node:assert/strict";
import { TlsError, type TlsFault, type TlsOptions } from "@etcdeno/client";
import {
  type Check,
  clusterOf,
  type Context,
  failureOf,
  until,
} from "./_check.ts";

/** Ways to a member: TLS, Unix sockets, names. */
export const ENDPOINT_CHECKS: readonly Check[] = [
  {
    title: "TLS with a certificate of the client",
    needs: "cluster",
    run: mutualTls,
  },
  {
    title: "each fault of a certificate has its name",
    needs: "cluster",
    run: tlsFaults,
  },
  {
    title: "renewed certificates are used by new connections",
    needs: "cluster",
    run: renewed,
  },
  { title: "a Unix socket", needs: "cluster", run: unixSocket },
  { title: "SRV records of a name server", needs: "cluster", run: records },
];

async function mutualTls(context: Context): Promise<void> {
  const { secure, ca, cert, key } = clusterOf(context);
  const named = secure.map((one) => one.replace("127.0.0.1", "localhost"));
  for (const endpoints of [secure, named]) {
    await using client = context.client({ endpoints, tls: { ca, cert, key } });
    const at = context.fresh();
    await client.put(at, "over TLS");
    assert.equal((await client.get(at))?.value.text(), "over TLS");
  }
}

async function tlsFaults(context: Context): Promise<void> {
  const { ca, stranger, cert, key } = clusterOf(context);
  const all = { ca, cert, key };
  await context.ask({ op: "certificate", member: 1, of: "other name" });
  await context.ask({ op: "certificate", member: 2, of: "expired" });
  try {
    await Promise.all([
      fails(context, {
        member: 0,
        tls: { ca },
        fault: "client_certificate_missing",
      }),
      fails(context, {
        member: 0,
        tls: { ...all, ca: stranger },
        fault: "unknown_authority",
      }),
      fails(context, { member: 1, tls: all, fault: "wrong_name" }),
      fails(context, { member: 2, tls: all, fault: "expired" }),
    ]);
  } finally {
    await context.ask({ op: "certificate", member: 1, of: "own" });
    await context.ask({ op: "certificate", member: 2, of: "own" });
  }
}

/** What a client of one member says, which has such a certificate. */
async function fails(
  context: Context,
  { member, tls, fault }: {
    readonly member: number;
    readonly tls: TlsOptions;
    readonly fault: TlsFault;
  },
): Promise<void> {
  await using client = context.client({
    endpoints: clusterOf(context).secure[member] ?? "",
    tls,
    dialTimeoutMs: 1_500,
    requestTimeoutMs: 1_500,
  });
  // On a busy machine no dial may have ended by then.
  await until(`${fault}, and no other error`, async () => {
    const error = await failureOf(() => client.get("x"));
    if (error instanceof TlsError) assert.equal(error.fault, fault, `${error}`);
    return error instanceof TlsError;
  });
}

async function renewed(context: Context): Promise<void> {
  const { secure, ca, stranger, cert, key } = clusterOf(context);
  const [first = "", second = ""] = secure;
  let trusted = ca;
  await using client = context.client({
    endpoints: first,
    tls: () => Promise.resolve({ ca: trusted, cert, key }),
  });
  await client.get("x");
  await context.ask({ op: "certificate", member: 1, of: "stranger" });
  try {
    trusted = stranger;
    client.setEndpoints(second);
    await until("the second member", async () => {
      await client.get("x");
      const [view] = client.balancer.endpoints;
      return view?.endpoint === second && view.state === "ready";
    });
  } finally {
    await context.ask({ op: "certificate", member: 1, of: "own" });
  }
}

async function unixSocket(context: Context): Promise<void> {
  const { socket } = clusterOf(context);
  await using client = context.client({ endpoints: `unix://${socket}` });
  const key = context.fresh();
  await client.put(key, "by a file");
  assert.equal((await client.get(key))?.value.text(), "by a file");
}

async function records(context: Context): Promise<void> {
  const { nameServer, domain } = clusterOf(context);
  await using client = context.client({
    endpoints: `srv://${domain}`,
    dns: { nameServer },
  });
  const key = context.fresh();
  await client.put(key, "by its name");
  assert.equal((await client.get(key))?.value.text(), "by its name");
  assert.equal(client.balancer.endpoints.length, context.direct.length);
}
