import { defineOneDial } from "./_one_dial.ts";
import { loadGrpc } from "./_package.ts";
import { grpcDial } from "./_transport.ts";

let loading: Promise<typeof grpcDial> | undefined;

/** Loads grpc-js, once; resolves to the function that makes its dials. */
export function loadGrpcDial(): Promise<typeof grpcDial> {
  return loading ??= load();
}

async function load(): Promise<typeof grpcDial> {
  await loadGrpc();
  defineOneDial();
  return grpcDial;
}
