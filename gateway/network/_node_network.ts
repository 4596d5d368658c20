import { connect } from "node:net";
import { type Clock, onAbort } from "../../balancers/transport/mod.ts";
import type { ConnectOptions, Network } from "./_connection.ts";
import { NodeConnection } from "./_node_connection.ts";
import { NodeListener } from "./_node_listener.ts";

/** Connections of `node:net`: slower than Deno's, but they can send a reset. */
export function nodeNetwork(
  clock: Pick<Clock, "schedule">,
): Network<NodeConnection> {
  return {
    listen: (options) => NodeListener.open({ ...options, clock }),
    connect: connectByNode,
  };
}

function connectByNode(
  { hostname: host, port, signal }: ConnectOptions,
): Promise<NodeConnection> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const socket = connect({ host, port, allowHalfOpen: true });
    // Nothing is read before somebody wants to.
    socket.pause();
    const unlink = onAbort(signal, (reason) => {
      socket.destroy();
      reject(reason);
    });
    socket.once("error", (error) => {
      unlink();
      reject(error);
    });
    socket.once("connect", () => {
      unlink();
      resolve(new NodeConnection(socket));
    });
  });
}
