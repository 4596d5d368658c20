import { CertificateAuthority } from "../../testing/certificates/mod.ts";

/** The name and port of a member; names are `m1`, `m2` and so on. */
interface MemberAddresses {
  readonly name: string;
  readonly clientPort: number;
}

/** The addresses at which the members listen with TLS besides. */
export interface SecureListeners extends AsyncDisposable {
  /** `host:port` of each member. */
  readonly endpoints: readonly string[];
  /** The file with the certificate of who has signed theirs. */
  readonly ca: string;
  /** The arguments that a member is started with. */
  argsOf(member: MemberAddresses): readonly string[];
}

/** Makes the certificates, and finds the ports, for so many members. */
export async function secureListeners(
  members: number,
): Promise<SecureListeners> {
  const authority = await CertificateAuthority.create("etcdeno bench");
  const { cert, key } = await authority.issue({
    addresses: ["127.0.0.1"],
    names: ["localhost"],
  });
  const folder = await Deno.makeTempDir({ prefix: "etcdeno-bench-" });
  const file = (name: string) => `${folder}/${name}.pem`;
  await Deno.writeTextFile(file("ca"), authority.cert);
  await Deno.writeTextFile(file("cert"), cert);
  await Deno.writeTextFile(file("key"), key);
  const endpoints = freeAddresses(members);
  return {
    endpoints,
    ca: file("ca"),
    argsOf: ({ name, clientPort }) => [
      `--listen-client-urls=http://127.0.0.1:${clientPort},https://${
        endpoints[Number(name.slice(1)) - 1]
      }`,
      `--cert-file=${file("cert")}`,
      `--key-file=${file("key")}`,
    ],
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

function freeAddresses(count: number): readonly string[] {
  const listeners = Array.from(
    { length: count },
    () => Deno.listen({ hostname: "127.0.0.1", port: 0 }),
  );
  for (const listener of listeners) listener.close();
  return listeners.map(({ addr }) => `127.0.0.1:${addr.port}`);
}
