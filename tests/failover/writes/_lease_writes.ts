import { insistent, isLeased, leaseOf, once, type Write } from "./_write.ts";

/** Leases, by their handles. */
export const LEASE_WRITES: readonly Write[] = [
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
