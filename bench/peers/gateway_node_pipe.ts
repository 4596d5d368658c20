// The same by node:net, whose sockets can send a reset.
// deno run --allow-net gateway_node_pipe.ts PORT SERVER_PORT
import { connect, createServer, type Socket } from "node:net";
import process from "node:process";

const [port, serverPort] = process.argv.slice(2).map(Number);
const host = "127.0.0.1";

createServer({ allowHalfOpen: true }, (client) => {
  const member = connect({ host, port: serverPort!, allowHalfOpen: true });
  copy(client, member);
  copy(member, client);
}).listen({ host, port, backlog: 4_096 });

function copy(from: Socket, to: Socket): void {
  from.on("data", (bytes) => {
    if (!to.write(bytes)) from.pause();
  });
  to.on("drain", () => from.resume());
  from.on("end", () => to.end());
  from.on("error", () => to.resetAndDestroy());
}
