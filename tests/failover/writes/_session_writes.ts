import {
  insistent,
  isLeased,
  leaseOf,
  LONG,
  once,
  queued,
  type Write,
} from "./_write.ts";

/** Sessions, their locks and elections. */
export const SESSION_WRITES: readonly Write[] = [
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
