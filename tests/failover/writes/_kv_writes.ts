import { CompactedError, op } from "../../../mod.ts";
import { has, once, type Write } from "./_write.ts";

/** Keys and values, batched and in a namespace too. */
export const KV_WRITES: readonly Write[] = [
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
  once("kv.put, if absent", ({ client, server, name }) =>
    Promise.resolve({
      call: (options) => client.put(name, "x", { ...options, ifAbsent: true }),
      happened: () => has(server, name),
    })),
  once("kv.put, if as it was", async ({ client, server, name }) => {
    const { header: { revision } } = await server.put(name, "x");
    const ifModRevision = revision;
    return {
      call: (options) => client.put(name, "y", { ...options, ifModRevision }),
      happened: async () => (await server.get(name))?.value.text() === "y",
    };
  }),
  once("kv.delete, if as it was", async ({ client, server, name }) => {
    const { header: { revision } } = await server.put(name, "x");
    const ifModRevision = revision;
    return {
      call: (options) => client.delete(name, { ...options, ifModRevision }),
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
  once(
    "kv.batched().put, if absent",
    ({ client, server, name }) =>
      Promise.resolve({
        call: (options) =>
          client.kv.batched().put(name, "x", { ...options, ifAbsent: true }),
        happened: () => has(server, name),
      }),
  ),
  once("namespace().put", ({ client, server, name }) =>
    Promise.resolve({
      call: (options) => client.namespace(name).put("/x", "x", options),
      happened: () => has(server, `${name}/x`),
    })),
];
