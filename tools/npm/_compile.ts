/** TypeScript as Node and Bun take it: a module and its declarations. */
import ts from "typescript";
import { repaired } from "./_declarations.ts";

/** A module, compiled. */
export interface Compiled {
  /** The code: types gone, `await using` in older words. */
  readonly js: string;
  /** The declarations. */
  readonly dts: string;
}

// What Node 22 runs: it has no `using`, which is newer than ES2022.
const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  newLine: ts.NewLineKind.LineFeed,
  rewriteRelativeImportExtensions: true,
  verbatimModuleSyntax: true,
};
const TYPED: ts.CompilerOptions = {
  ...OPTIONS,
  declaration: true,
  isolatedDeclarations: true,
  strict: true,
};
/** Compiles a module for itself; `deno check` has looked at its types. */
export function compileModule(path: string, source: string): Compiled {
  return { js: compileScript(path, source), dts: declarationsOf(path, source) };
}

/** The code of a module alone; imports of `.ts` files become those of `.js`. */
export function compileScript(path: string, source: string): string {
  return outputOf(
    path,
    ts.transpileModule(source, {
      fileName: path,
      reportDiagnostics: true,
      compilerOptions: { ...OPTIONS, removeComments: true },
    }),
  );
}

/** The modules that a compiled one names, as written. */
export function specifiersIn(text: string): readonly string[] {
  return ts.preProcessFile(text).importedFiles.map(({ fileName }) => fileName);
}

function declarationsOf(path: string, source: string): string {
  const output = ts.transpileDeclaration(source, {
    fileName: path,
    reportDiagnostics: true,
    compilerOptions: TYPED,
  });
  return repaired(path, outputOf(path, output));
}

function outputOf(
  path: string,
  { outputText, diagnostics = [] }: ts.TranspileOutput,
): string {
  const [first] = diagnostics;
  if (first === undefined) return outputText;
  const message = ts.flattenDiagnosticMessageText(first.messageText, " ");
  throw new Error(`Cannot compile ${path}: ${message}`);
}
