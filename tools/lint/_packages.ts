/** Which folder may use which package, as data. */

/** Folders that `compare` runs outside of `deno test`. */
const USED_BY_COMMANDS = ["tests/harness/", "tests/scenarios/"];

interface PackageRule {
  readonly name: RegExp;
  readonly where: string;
  allows(from: string): boolean;
}

const inside = (from: string, ...places: readonly string[]) =>
  places.some((place) => from.startsWith(place));

const PACKAGES: readonly PackageRule[] = [
  {
    name: /^@grpc\/(grpc-js|proto-loader)(@|\/|$)/,
    where: "only balancers/grpc_js/ knows grpc-js",
    allows: (from) => inside(from, "balancers/grpc_js/", "tests/", "bench/"),
  },
  {
    name: /^protobufjs(-cli)?(@|\/|$)/,
    where: "only proto/ knows the codec",
    allows: (from) => inside(from, "proto/", "tests/", "bench/", "tools/"),
  },
  {
    name: /^@opentelemetry\//,
    where: "only api/telemetry/_telemetry.ts knows OpenTelemetry",
    allows: (from) =>
      from === "api/telemetry/_telemetry.ts" || inside(from, "tests/"),
  },
  {
    name: /^@std\/assert(@|\/|$)/,
    where: "only tests assert; the harness also serves `deno task compare`, " +
      "which runs without jsr.io",
    allows: (from) =>
      inside(from, "tests/") && !inside(from, ...USED_BY_COMMANDS),
  },
];

/** `undefined` if `from` may import the package, else the reason why not. */
export function mayUsePackage(
  from: string,
  specifier: string,
): string | undefined {
  const name = specifier.replace(/^((npm|jsr):|https?:\/\/[^/]+\/)\/?/, "");
  return PACKAGES.find((rule) => rule.name.test(name) && !rule.allows(from))
    ?.where;
}
