import { once, queued, type Write } from "./_write.ts";

/** The lock and election services of the server. */
export const SERVICE_WRITES: readonly Write[] = [
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
