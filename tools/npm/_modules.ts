import { posix } from "node:path";
import { type Compiled, compileModule, specifiersIn } from "./_compile.ts";

/** The files of a package by their paths in it, and the packages they need. */
export interface Modules {
  readonly files: ReadonlyMap<string, string>;
  /** The names of packages that the code imports. */
  readonly packages: ReadonlySet<string>;
}

/** Reads a source by its path in the project. */
export type ReadSource = (path: string) => Promise<string>;

/**
 * Compiles the entries and what they lead to: code that the code imports, and
 * declarations that the declarations name. What only holds types has no code.
 */
export async function collectModules(
  entries: readonly string[],
  read: ReadSource,
): Promise<Modules> {
  const compile = compiler(read);
  const files = new Map<string, string>();
  const packages = new Set<string>();
  for (const kind of ["js", "dts"] as const) {
    const found = new Set(entries);
    // A set tells also of what is added on the way.
    for (const path of found) {
      const text = (await compile(path))[kind];
      files.set(path.replace(/\.ts$/, kind === "js" ? ".js" : ".d.ts"), text);
      for (const specifier of specifiersIn(text)) {
        if (specifier.startsWith(".")) found.add(sourceOf(path, specifier));
        else if (!specifier.startsWith("node:")) {
          packages.add(packageOf(specifier));
        }
      }
    }
  }
  return { files, packages };
}

/** Compiles each source once. */
function compiler(read: ReadSource): (path: string) => Promise<Compiled> {
  const compiled = new Map<string, Promise<Compiled>>();
  return (path) => {
    const known = compiled.get(path) ??
      read(path).then((source) => compileModule(path, source));
    compiled.set(path, known);
    return known;
  };
}

function sourceOf(from: string, specifier: string): string {
  const path = posix.join(posix.dirname(from), specifier);
  return path.replace(/\.js$/, ".ts");
}

/** The package of a specifier, such as `protobufjs/light.js`. */
function packageOf(specifier: string): string {
  const parts = specifier.split("/");
  return parts.slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
}
