import { once, type Write } from "./_write.ts";

/** Users, roles and members. */
export const ADMIN_WRITES: readonly Write[] = [
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
