// What `deno doc` shows of the client: a reader looks for its calls there.
import { assert, assertEquals } from "@std/assert";
import { ROOT } from "../support/_program.ts";

interface Documented {
  readonly name: string;
  readonly jsDoc?: { readonly doc?: string };
}

interface Doc {
  readonly nodes: Readonly<
    Record<string, {
      readonly symbols: readonly {
        readonly name: string;
        readonly declarations: readonly {
          readonly def?: { readonly methods?: readonly Documented[] };
        }[];
      }[];
    }>
  >;
}

/** The methods of a class on its own page, by name, with their text. */
async function methodsOf(name: string): Promise<ReadonlyMap<string, string>> {
  const { stdout } = await new Deno.Command("deno", {
    args: ["doc", "--json", "--no-npm", new URL("mod.ts", ROOT).pathname],
    stderr: "null",
  }).output();
  const { nodes }: Doc = JSON.parse(new TextDecoder().decode(stdout));
  const declarations = Object.values(nodes)
    .flatMap(({ symbols }) => symbols)
    .filter((symbol) => symbol.name === name)
    .flatMap((symbol) => symbol.declarations);
  return new Map(
    declarations.flatMap(({ def }) => def?.methods ?? [])
      .map((method) => [method.name, method.jsDoc?.doc ?? ""] as const)
      // The body of a method with several signatures is listed as well.
      .toSorted(([, one], [, other]) => one.length - other.length),
  );
}

Deno.test("the page of Client has every call, with its own text", async () => {
  const methods = await methodsOf("Client");
  const calls = "get range list put delete txn watch session namespace";
  for (const call of calls.split(" ")) {
    const text = methods.get(call) ?? "";
    assert(text.length > 40, `${call}: '${text}'`);
    assert(!text.startsWith("Same as"), `${call}: ${text}`);
  }
  // Those of the keys of a namespace are the same.
  const keyspace = await methodsOf("Keyspace");
  assertEquals(
    [...keyspace.keys()].filter((name) => !methods.has(name)),
    [],
  );
});
