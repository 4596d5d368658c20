/** The columns of the table, in its order; each has a test file of its own. */
import { findEtcd, findFrontServer, findKine } from "../harness/mod.ts";
import { type Column, IDLE_SECONDS, startProgram } from "./_column.ts";

/** Nothing in between: what the others are compared with. */
export const DIRECT: Column = {
  name: "etcd itself",
  setup: "three members, one endpoint each",
  async start(members) {
    const { version } = await findEtcd();
    return {
      endpoints: members.map((member) => `http://${member}`),
      version,
      async [Symbol.asyncDispose]() {},
    };
  },
};

export const NGINX: Column = {
  name: "nginx `grpc_pass`",
  setup: `\`grpc_read_timeout ${IDLE_SECONDS}s\`, the rest as it comes`,
  async start(members) {
    const nginx = await findFrontServer("nginx");
    return await startProgram({
      version: nginx.version,
      async command({ port, directory }) {
        const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
        await Deno.writeTextFile(
          `${directory}/nginx.conf`,
          `
daemon off;
pid ${directory}/pid;
error_log stderr;
worker_processes 1;
events {}
http {
  access_log off;
  ${paths.map((name) => `${name}_temp_path ${directory}/${name};`).join("\n  ")}
  upstream etcd {
    ${members.map((member) => `server ${member};`).join("\n    ")}
  }
  server {
    listen 127.0.0.1:${port} http2;
    location / {
      grpc_pass grpc://etcd;
      grpc_read_timeout ${IDLE_SECONDS}s;
    }
  }
}
`,
        );
        const conf = `${directory}/nginx.conf`;
        return nginx.command(["-e", "stderr", "-p", directory, "-c", conf]);
      },
    });
  },
};

export const HAPROXY: Column = haproxy({
  name: "HAProxy `mode http`",
  mode: "http",
  protocol: "proto h2",
});

export const HAPROXY_TCP: Column = haproxy({
  name: "HAProxy `mode tcp`",
  mode: "tcp",
  protocol: "",
});

function haproxy(
  { name, mode, protocol }: {
    readonly name: string;
    readonly mode: string;
    readonly protocol: string;
  },
): Column {
  return {
    name,
    setup: `\`timeout client\` and \`timeout server ${IDLE_SECONDS}s\`${
      protocol && ", h2 on both sides"
    }`,
    async start(members) {
      const program = await findFrontServer("haproxy");
      return await startProgram({
        version: program.version,
        async command({ port, directory }) {
          const conf = `${directory}/haproxy.cfg`;
          const servers = members.map((member, at) =>
            `  server m${at + 1} ${member} ${protocol} check inter 500ms`
          );
          await Deno.writeTextFile(
            conf,
            `
defaults
  mode ${mode}
  timeout connect 2s
  timeout client ${IDLE_SECONDS}s
  timeout server ${IDLE_SECONDS}s
frontend clients
  bind 127.0.0.1:${port} ${protocol}
  default_backend etcd
backend etcd
  balance roundrobin
${servers.join("\n")}
`,
          );
          return program.command(["-db", "-f", conf]);
        },
      });
    },
  };
}

export const CADDY: Column = {
  name: "Caddy",
  setup: "`reverse_proxy h2c://…`, `lb_policy round_robin`",
  async start(members) {
    const caddy = await findFrontServer("caddy");
    return await startProgram({
      version: caddy.version,
      async command({ port, directory }) {
        const conf = `${directory}/Caddyfile`;
        const upstreams = members.map((member) => `h2c://${member}`).join(" ");
        await Deno.writeTextFile(
          conf,
          `{
  admin off
  auto_https off
  storage file_system ${directory}/storage
  servers {
    protocols h1 h2c
  }
}
http://127.0.0.1:${port} {
  bind 127.0.0.1
  reverse_proxy ${upstreams} {
    lb_policy round_robin
  }
}
`,
        );
        const args = ["run", "--config", conf, "--adapter", "caddyfile"];
        return ["env", `HOME=${directory}`, ...caddy.command(args)];
      },
    });
  },
};

export const GRPC_PROXY: Column = {
  name: "`etcd grpc-proxy`",
  setup: "as it comes",
  async start(members) {
    const { version, etcd } = await findEtcd();
    return await startProgram({
      version,
      command: ({ port }) => [
        etcd,
        "grpc-proxy",
        "start",
        `--endpoints=${members.join(",")}`,
        `--listen-addr=127.0.0.1:${port}`,
      ],
    });
  },
};

const NO_RENEWALS = "lease keep alive is not supported";
const NO_LOCKS = "unknown service v3lockpb.Lock";

/** In the place of etcd: its API in front of SQL. */
export const KINE: Column = {
  name: "kine",
  setup: "with SQLite, in the place of etcd",
  standsAlone: true,
  refuses: {
    "transactions of any form, delete": "unsupported operations in txn request",
    "lease of 3 s, kept for 12 s": NO_RENEWALS,
    "session lock, 12 s in the queue": NO_RENEWALS,
    "lock service, 12 s in the queue": NO_LOCKS,
    "lock service while 1 500 other calls pass": NO_LOCKS,
  },
  async start() {
    const { version, path } = await findKine();
    return await startProgram({
      version,
      command: ({ port, directory }) => [
        "sh",
        "-c",
        'cd "$0" && exec "$@"',
        directory,
        path,
        `--listen-address=127.0.0.1:${port}`,
        "--metrics-bind-address=0",
      ],
    });
  },
};

/** All of them: a new server is a line here, and a file beside this one. */
export const COLUMNS: readonly Column[] = [
  DIRECT,
  NGINX,
  HAPROXY,
  HAPROXY_TCP,
  CADDY,
  GRPC_PROXY,
  KINE,
];
