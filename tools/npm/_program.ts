import { compileScript } from "./_compile.ts";

/** The package, by the files that programs of this repository import. */
const OURS: Readonly<Record<string, string>> = {
  "mod.ts": "@etcdeno/client",
  "recipes/mod.ts": "@etcdeno/client/recipes",
};

/**
 * Compiles a folder of a program into another one, for whoever has installed
 * the package: what it imports of this repository's root becomes the package.
 */
export async function compileProgram(
  from: string,
  into: string,
): Promise<void> {
  await Deno.mkdir(into, { recursive: true });
  await Deno.writeTextFile(`${into}/package.json`, '{ "type": "module" }\n');
  for await (const { name } of Deno.readDir(from)) {
    if (!name.endsWith(".ts")) continue;
    const source = await Deno.readTextFile(`${from}/${name}`);
    await Deno.writeTextFile(
      `${into}/${name.replace(/\.ts$/, ".js")}`,
      compileScript(name, fromPackage(source)),
    );
  }
}

function fromPackage(source: string): string {
  return Object.entries(OURS).reduce(
    (text, [path, name]) =>
      text.replaceAll(
        new RegExp(`\\bfrom "(\\.\\./)+${RegExp.escape(path)}"`, "g"),
        `from "${name}"`,
      ),
    source,
  );
}
