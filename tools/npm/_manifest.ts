import config from "../../deno.json" with { type: "json" };

// Deno's own sockets carry the gateway.
const DENO_ONLY = /^\.\/gateway(\/|$)/;
/** Loaded only where it is asked for, and missed by nobody else. */
const OPTIONAL: ReadonlySet<string> = new Set([
  "@grpc/grpc-js",
  "@peculiar/x509",
  "reflect-metadata",
]);
const TEXTS = ["LICENSE", "README.md", "CHANGELOG.md"] as const;

/** The entries of the package by what users import, with their sources. */
export const ENTRIES: ReadonlyMap<string, string> = new Map(
  Object.entries(config.exports)
    .filter(([name]) => !DENO_ONLY.test(name))
    .map(([name, path]) => [name, path.slice("./".length)]),
);

/** The files that are no code, and are copied as they are. */
export const COPIED: readonly string[] = TEXTS;

/** The facts that only those know who make the package. */
export interface ManifestOptions {
  /**
   * The repository on GitHub, as `owner/name`: what npm shows, and holds
   * against the workflow that publishes. None if it is not known.
   */
  readonly repository?: string | undefined;
}

/** The text of `package.json`, for a package that imports these. */
export function manifest(
  packages: ReadonlySet<string>,
  { repository }: ManifestOptions = {},
): string {
  const { name, version, license } = config;
  const place = `git+https://github.com/${repository}.git`;
  const fields = {
    name,
    version,
    description: "The etcd v3 client for Deno, Node and Bun",
    keywords: ["etcd", "etcd3", "grpc", "client", "lock", "lease", "watch"],
    license,
    ...repository && { repository: { type: "git", url: place } },
    type: "module",
    engines: { node: ">=22" },
    // No module does anything but define things.
    sideEffects: false,
    exports: {
      ...Object.fromEntries([...ENTRIES].map(exported)),
      "./package.json": "./package.json",
    },
    // For tools that read no exports.
    types: "./mod.d.ts",
    files: [...folders(), "mod.js", "mod.d.ts", "CHANGELOG.md"],
    ...needs([...packages].sort()),
  };
  return `${JSON.stringify(fields, undefined, 2)}\n`;
}

/** The packages it needs, and those that only some of its users want. */
function needs(names: readonly string[]): Readonly<Record<string, unknown>> {
  const ranges = (list: readonly string[]) =>
    Object.fromEntries(list.map((one) => [one, rangeOf(one)]));
  const optional = names.filter((one) => OPTIONAL.has(one));
  return {
    dependencies: ranges(names.filter((one) => !OPTIONAL.has(one))),
    peerDependencies: ranges(optional),
    peerDependenciesMeta: Object.fromEntries(
      optional.map((one) => [one, { optional: true }]),
    ),
  };
}

function exported(
  [name, source]: readonly [string, string],
): readonly [string, Readonly<Record<string, string>>] {
  const path = `./${source.replace(/\.ts$/, "")}`;
  return [name, { types: `${path}.d.ts`, default: `${path}.js` }];
}

/** The folders of the package, as `deno.json` publishes them. */
function folders(): readonly string[] {
  return config.publish.include.flatMap((pattern) => {
    const [folder] = pattern.split("/**/");
    return folder === pattern || folder === "gateway" ? [] : [`${folder}/`];
  });
}

/** The range of versions that `deno.json` has for a package. */
function rangeOf(name: string): string {
  const target = new Map(Object.entries(config.imports)).get(name);
  const range = target?.slice(target.lastIndexOf("@") + 1);
  if (range === undefined || range === "") {
    throw new Error(
      `Cannot make the package: deno.json has no range of ${name}`,
    );
  }
  return range;
}
