/** The variables that are read, as docs/testing.md names them. */
const VARIABLES = [
  "ETCD_BIN",
  "ETCD_VERSION",
  "HOME",
  "NODE_V8_COVERAGE",
  "PATH",
  "TMPDIR",
  "XDG_CACHE_HOME",
  "http_proxy",
  "https_proxy",
  "no_proxy",
];

/** The permissions that docs/testing.md lists. */
export const PERMISSIONS: readonly string[] = [
  "--allow-net=127.0.0.1",
  "--allow-run=sh",
  "--allow-read",
  "--allow-write",
  `--allow-env=${VARIABLES}`,
];
