/**
 * The etcd that is measured, with what it listens on.
 *
 * @module
 */
export { type SecureListeners, secureListeners } from "./secure_listeners.ts";
export { startBenchCluster } from "./start_bench_cluster.ts";
