import type { CertificateAuthority } from "../../../testing/certificates/mod.ts";
import type { SrvRecord } from "../../harness/fake/dns_server.ts";

/** A TLS server that ends after the handshake, with what it was asked for. */
export class TlsPeer implements AsyncDisposable {
  readonly port: number;
  /** How many clients trusted it. */
  handshakes = 0;
  readonly #listener: Deno.TlsListener;
  readonly #serving: Promise<void>;

  constructor(certificate: { readonly cert: string; readonly key: string }) {
    const hostname = "127.0.0.1";
    this.#listener = Deno.listenTls({ hostname, port: 0, ...certificate });
    this.port = this.#listener.addr.port;
    this.#serving = this.#serve();
  }

  /** Starts one that has a certificate for a name. */
  static async start(
    name: string,
    authority: CertificateAuthority,
  ): Promise<TlsPeer> {
    return new TlsPeer(await authority.issue({ names: [name] }));
  }

  /** `localhost:PORT`. */
  get address(): string {
    return `localhost:${this.port}`;
  }

  /** What DNS says of it. */
  get record(): SrvRecord {
    return { target: "localhost", port: this.port };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#serving;
  }

  async #serve(): Promise<void> {
    for (;;) {
      let connection: Deno.TlsConn;
      try {
        connection = await this.#listener.accept();
      } catch (error) {
        if (error instanceof Deno.errors.BadResource) return;
        throw error;
      }
      try {
        await connection.handshake();
        this.handshakes++;
      } catch {
        // Whoever does not trust us hangs up.
      }
      connection.close();
    }
  }
}
