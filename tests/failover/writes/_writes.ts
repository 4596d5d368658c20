import {
  type CallOptions,
  type Client,
  CompactedError,
  op,
  prefix,
} from "../../../mod.ts";
import type { Cluster } from "../../harness/mod.ts";

/** Where a write is made. */
export interface Where {
  readonly cluster: Cluster;
  /** Whose calls are looked at. */
  readonly client: Client;
  /** Another one, past the faults: what the server has is what it sees. */
  readonly server: Client;
  /** A key and a name that nothing else has. */
  readonly name: string;
  /** A number that nothing else has, from 1000 on. */
  readonly serial: number;
}

/** A write that can be made. */
export interface ReadyWrite {
  call(options: CallOptions): Promise<unknown>;
  /** Whether it was applied, as the server has it. */
  happened(): Promise<boolean>;
}

/** A write of the public API. */
export interface Write {
  readonly name: string;
  /**
   * What it makes of an answer that was lost: its error tells, or it finds out
   * what became of it.
   */
  readonly lost: "tells" | "finds out";
  /** Whether it is tried on when the call itself has failed. */
  readonly goesOn?: true;
  ready(where: Where): Promise<ReadyWrite>;
}

/** A write that is sent once. */
function once(name: string, ready: Write["ready"]): Write {
  return { name, lost: "tells", ready };
}

/** One that is repeated until it is answered. */
function insistent(name: string, ready: Write["ready"]): Write {
  return { name, lost: "finds out", ready };
}

const has = async (server: Client, key: string) =>
  await server.get(key) !== undefined;
const queued = async (server: Client, name: string) =>
  (await server.range(prefix(`${name}/`), { countOnly: true })).count > 0n;
const leaseOf = async (server: Client, seconds: number) => {
  for (const id of await server.lease.list()) {
    const lease = await server.lease.attach(id).catch(() => undefined);
    lease?.orphan();
    if (lease?.ttlSeconds === seconds) return true;
  }
  return false;
};
const isLeased = async (server: Client, id: bigint) =>
  (await server.lease.list()).includes(id);
const LONG = { ttlSeconds: 60 };

const KV_WRITES: readonly Write[] = [
  once("kv.put", ({ client, server, name }) =>
    Promise.resolve({
      call: (options) => client.put(name, "x", options),
      happened: () => has(server, name),
    })),
  once("kv.delete", async ({ client, server, name }) => {
    await server.put(name, "x");
    return {
      call: (options) => client.delete(name, options),
      happened: async () => !await has(server, name),
    };
  }),
  once("kv.txn", ({ client, server, name }) =>
    Promise.resolve({
      call: (options) => client.txn({ then: [op.put(name, "x")] }, options),
      happened: () => has(server, name),
    })),
  once("kv.compact", async ({ client, server, name }) => {
    const { header: { revision } } = await server.put(name, "x");
    await server.put(name, "y");
    return {
      call: (options) => client.kv.compact(revision, options),
      happened: () =>
        server.range(name, { revision: revision - 1n }).then(
          () => false,
          (error) => error instanceof CompactedError,
        ),
    };
  }),
  once("kv.batched().put", ({ client, server, name }) =>
    Promise.resolve({
      call: (options) => client.kv.batched().put(name, "x", options),
      happened: () => has(server, name),
    })),
  once("kv.batched().delete", async ({ client, server, name }) => {
    await server.put(name, "x");
    return {
      call: (options) => client.kv.batched().delete(name, options),
      happened: async () => !await has(server, name),
    };
  }),
  once("namespace().put", ({ client, server, name }) =>
    Promise.resolve({
      call: (options) => client.namespace(name).put("/x", "x", options),
      happened: () => has(server, `${name}/x`),
    })),
];

const LEASE_WRITES: readonly Write[] = [
  once("lease.grant", ({ client, server, serial }) =>
    Promise.resolve({
      call: (options) => client.lease.grant(serial, options),
      happened: () => leaseOf(server, serial),
    })),
  once("lease.grant with an id", ({ client, server, serial }) => {
    const id = BigInt(serial);
    return Promise.resolve({
      call: (options) => client.lease.grant(60, { ...options, id }),
      happened: () => isLeased(server, id),
    });
  }),
  insistent("lease.revoke", async ({ client, server }) => {
    const lease = await client.lease.grant(60);
    return {
      call: (options) => lease.revoke(options),
      happened: async () => !await isLeased(server, lease.id),
    };
  }),
  once("lease.revoke of an id of one's own", async (where) => {
    const { client, server, serial } = where;
    const lease = await client.lease.grant(60, { id: BigInt(serial) });
    return {
      call: (options) => lease.revoke(options),
      happened: async () => !await isLeased(server, lease.id),
    };
  }),
  once("lease.revoke of one that was attached", async ({ client, server }) => {
    const granted = await server.lease.grant(60);
    granted.orphan();
    const lease = await client.lease.attach(granted.id);
    return {
      call: (options) => lease.revoke(options),
      happened: async () => !await isLeased(server, lease.id),
    };
  }),
];

const SESSION_WRITES: readonly Write[] = [
  once("session()", ({ client, server, serial }) =>
    Promise.resolve({
      call: (options) => client.session({ ...options, ttlSeconds: serial }),
      happened: () => leaseOf(server, serial),
    })),
  insistent("session.close", async ({ client, server }) => {
    const session = await client.session(LONG);
    return {
      call: () => session.close(),
      happened: async () => !await isLeased(server, session.lease.id),
    };
  }),
  insistent("session.lock", async ({ client, server, name }) => {
    const session = await client.session(LONG);
    return {
      call: (options) => session.lock(name, options),
      happened: () => queued(server, name),
    };
  }),
  insistent("session.tryLock", async ({ client, server, name }) => {
    const session = await client.session(LONG);
    return {
      call: (options) => session.tryLock(name, options),
      happened: () => queued(server, name),
    };
  }),
  insistent("session.campaign", async ({ client, server, name }) => {
    const session = await client.session(LONG);
    return {
      call: (options) => session.campaign(name, "x", options),
      happened: () => queued(server, name),
    };
  }),
  {
    ...insistent("lock.unlock", async ({ client, server, name }) => {
      const session = await client.session(LONG);
      const lock = await session.lock(name);
      return {
        call: (options) => lock.unlock(options),
        happened: async () => !await queued(server, name),
      };
    }),
    goesOn: true,
  },
  {
    ...insistent("leadership.resign", async ({ client, server, name }) => {
      const session = await client.session(LONG);
      const leadership = await session.campaign(name, "x");
      return {
        call: (options) => leadership.resign(options),
        happened: async () => !await queued(server, name),
      };
    }),
    goesOn: true,
  },
  once("leadership.proclaim", async ({ client, server, name }) => {
    const session = await client.session(LONG);
    const leadership = await session.campaign(name, "x");
    return {
      call: (options) => leadership.proclaim("y", options),
      happened: async () =>
        (await server.get(leadership.key))?.value.text() === "y",
    };
  }),
];

const SERVICE_WRITES: readonly Write[] = [
  once("client.lock.lock", async ({ client, server, name }) => {
    const lease = await client.lease.grant(60);
    return {
      call: (options) =>
        client.lock.lock(name, { ...options, lease: lease.id }),
      happened: () => queued(server, name),
    };
  }),
  once("client.lock.unlock", async ({ client, server, name }) => {
    const lease = await client.lease.grant(60);
    const { key } = await client.lock.lock(name, { lease: lease.id });
    return {
      call: (options) => client.lock.unlock(key, options),
      happened: async () => !await queued(server, name),
    };
  }),
  once("client.election.campaign", async ({ client, server, name }) => {
    const lease = await client.lease.grant(60);
    return {
      call: (options) =>
        client.election.campaign(name, "x", { ...options, lease: lease.id }),
      happened: () => queued(server, name),
    };
  }),
  ...(["proclaim", "resign"] as const).map((what) =>
    once(`client.election.${what}`, async ({ client, server, name }) => {
      const lease = await client.lease.grant(60);
      const { leader } = await client.election.campaign(name, "x", {
        lease: lease.id,
      });
      return {
        call: (options) =>
          what === "proclaim"
            ? client.election.proclaim(leader, "y", options)
            : client.election.resign(leader, options),
        happened: async () =>
          (await server.get(leader.key))?.value.text() !== "x",
      };
    })
  ),
];

const ADMIN_WRITES: readonly Write[] = [
  once("auth.users.add", ({ client, server, name }) =>
    Promise.resolve({
      call: (options) =>
        client.auth.users.add(name, { password: "secret", ...options }),
      happened: async () => (await server.auth.users.list()).includes(name),
    })),
  once("auth.users.delete", async ({ client, server, name }) => {
    await server.auth.users.add(name, { password: "secret" });
    return {
      call: (options) => client.auth.users.delete(name, options),
      happened: async () => !(await server.auth.users.list()).includes(name),
    };
  }),
  ...(["grantRole", "revokeRole"] as const).map((what) =>
    once(`auth.users.${what}`, async ({ client, server, name }) => {
      await server.auth.users.add(name, { password: "secret" });
      await server.auth.roles.add(name);
      if (what === "revokeRole") await server.auth.users.grantRole(name, name);
      return {
        call: (options) => client.auth.users[what](name, name, options),
        happened: async () =>
          (await server.auth.users.get(name)).roles.includes(name) ===
            (what === "grantRole"),
      };
    })
  ),
  once("auth.roles.add", ({ client, server, name }) =>
    Promise.resolve({
      call: (options) => client.auth.roles.add(name, options),
      happened: async () => (await server.auth.roles.list()).includes(name),
    })),
  once("auth.roles.delete", async ({ client, server, name }) => {
    await server.auth.roles.add(name);
    return {
      call: (options) => client.auth.roles.delete(name, options),
      happened: async () => !(await server.auth.roles.list()).includes(name),
    };
  }),
  once("cluster.update", async ({ client, server, serial }) => {
    const { members: [member] } = await server.cluster.members();
    const id = member?.id ?? 0n;
    const added = `http://127.0.0.1:${serial}`;
    const peerUrls = [...member?.peerUrls ?? [], added];
    return {
      call: (options) => client.cluster.update(id, peerUrls, options),
      happened: async () => {
        const { members } = await server.cluster.members();
        return members.some(({ peerUrls }) => peerUrls.includes(added));
      },
    };
  }),
];

/** The writes of the public API that a cluster of one member can serve. */
export const WRITES: readonly Write[] = [
  ...KV_WRITES,
  ...LEASE_WRITES,
  ...SESSION_WRITES,
  ...SERVICE_WRITES,
  ...ADMIN_WRITES,
];
