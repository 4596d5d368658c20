/**
 * The rooms of each folder, as data: from the lowest to the highest. A room
 * imports itself and those below it; those, by their door, `mod.ts`. A file
 * that stands in no room is a rung of its own.
 *
 * @module
 */
import { longestPlace } from "./_paths.ts";

/** The rooms of each folder, from the lowest to the highest. */
export const LADDERS: Readonly<Record<string, readonly string[]>> = {
  "api/": [
    "api/checks/",
    "api/waiting/",
    "api/events.ts",
    "api/values/",
    "api/tls/",
    "api/call/",
    "api/stream/",
    "api/telemetry/",
    "api/batch/",
    "api/endpoints/",
    "api/auth/",
    "api/cluster/",
    "api/lease/",
    "api/kv/",
    "api/watch/",
    "api/server_locks/",
    "api/lock/",
    "api/session/",
    "api/keyspace/",
    "api/namespace/",
    "api/client/",
  ],
  "balancers/": [
    "balancers/sub_connection.ts",
    "balancers/evidence.ts",
    "balancers/strategy.ts",
    "balancers/view.ts",
    "balancers/grpc1_0.ts",
    "balancers/grpc1_7.ts",
    "balancers/grpc1_23.ts",
    "balancers/adaptive/",
    "balancers/by_name.ts",
    "balancers/transport/",
    "balancers/http2/",
    "balancers/grpc_js/",
    "balancers/dial/",
    "balancers/pool/",
    "balancers/mod.ts",
  ],
  "balancers/http2/": [
    "balancers/http2/frames/",
    "balancers/http2/hpack/",
    "balancers/http2/socket/",
    "balancers/http2/grpc/",
    "balancers/http2/streams/",
    "balancers/http2/calls/",
    "balancers/http2/connection/",
    "balancers/http2/dial/",
    "balancers/http2/mod.ts",
  ],
  "bench/": [
    "bench/peers/",
    "bench/ours/",
    "bench/cluster/",
    "bench/programs/",
    "bench/rounds/",
    "bench/codec/",
    "bench/scale/",
    "bench/report/",
    "bench/gateway/",
    "bench/command/",
    "bench/_empty_keyspace.ts",
    "bench/_fleet.ts",
    "bench/fleet.ts",
    "bench/gateway.ts",
    "bench/mirror.ts",
    "bench/stm.ts",
    "bench/update.ts",
    "bench/view.ts",
    "bench/main.ts",
  ],
  "gateway/": [
    "gateway/network/",
    "gateway/sockets/",
    "gateway/names/",
    "gateway/listener/",
    "gateway/_selection.ts",
    "gateway/_histogram.ts",
    "gateway/view.ts",
    "gateway/options.ts",
    "gateway/_repeater.ts",
    "gateway/dial/",
    "gateway/tunnel/",
    "gateway/upstreams/",
    "gateway/discovery/",
    "gateway/status/",
    "gateway/_forwarder.ts",
    "gateway/gateway.ts",
    "gateway/mod.ts",
    "gateway/log/",
    "gateway/command/",
    "gateway/_cluster_access.ts",
    "gateway/main.ts",
  ],
  "recipes/": [
    "recipes/codec/",
    "recipes/steps/",
    "recipes/monotonic/",
    "recipes/view/",
    "recipes/wait/",
    "recipes/update/",
    "recipes/stm/",
    "recipes/registration/",
    "recipes/leader/",
    "recipes/line/",
    "recipes/semaphore/",
    "recipes/rw_lock/",
    "recipes/barrier/",
    "recipes/items/",
    "recipes/queue/",
    "recipes/priority_queue/",
    "recipes/mirror/",
    "recipes/mod.ts",
  ],
  "testing/": [
    "testing/errors/",
    "testing/wait/",
    "testing/worker/",
    "testing/process/",
    "testing/ports/",
    "testing/proxy/",
    "testing/certificates/",
    "testing/programs/",
    "testing/cluster/",
    "testing/doctor/",
    "testing/mod.ts",
  ],
  "tools/": [
    "tools/output/",
    "tools/compare/result/",
    "tools/compare/report/",
    "tools/compare/html/",
    "tools/compare/run/",
    "tools/compare/",
    "tools/doctor/",
    "tools/lint/",
    "tools/proto/",
    "tools/npm/",
    "tools/tasks/",
    "tools/task.ts",
  ],
};

/**
 * Files that are named from elsewhere, beside the doors: made to be imported, or
 * programs that are started.
 */
const OPEN: ReadonlySet<string> = new Set([
  "api/kv/_codec.ts",
  "bench/ours/main.ts",
  "bench/peers/bench_etcd3.mjs",
  "bench/peers/bench_grpcjs.ts",
]);

interface Rung {
  readonly ladder: string;
  readonly place: string;
  readonly height: number;
}

/** A room of one ladder may have a ladder of its own: outer ones first. */
function rungsOf(path: string): readonly Rung[] {
  return Object.entries(LADDERS)
    .filter(([ladder]) => path.startsWith(ladder))
    .sort(([one], [other]) => one.length - other.length)
    .map(([ladder, places]) => {
      const place = longestPlace(path, places) ?? path;
      return { ladder, place, height: places.indexOf(place) };
    });
}

/** Why the rooms do not let `from` import `to`; `undefined` if they do. */
export function ladderObjection(from: string, to: string): string | undefined {
  const rungs = rungsOf(from);
  const apart = rungsOf(to).map((below, at) => ({ below, above: rungs[at] }))
    .find(({ below, above }) => above?.place !== below.place);
  if (apart === undefined) return undefined;
  const { below, above } = apart;
  if (above?.ladder === below.ladder && above.height < below.height) {
    return `${below.place} is above ${above.place} in tools/lint/_ladders.ts`;
  }
  const door = below.place.endsWith("/") ? `${below.place}mod.ts` : to;
  return to === door || OPEN.has(to)
    ? undefined
    : `the door of that room is ${door}`;
}

/** Why a file stands where it must not; `undefined` if it may. */
export function placeObjection(path: string): string | undefined {
  return rungsOf(path).some(({ height }) => height < 0)
    ? `${path} stands in no room of tools/lint/_ladders.ts`
    : undefined;
}
