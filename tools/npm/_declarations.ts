import ts from "typescript";

/** Declarations keep the names of sources, which are not in the package. */
const SOURCE = /(\bfrom |\bimport\()"(\.{1,2}\/[^"]+)\.ts"/g;

/** Declarations as the compiler writes them, made fit for the package. */
export function repaired(path: string, text: string): string {
  return withoutTwins(path, text).replaceAll(SOURCE, '$1"$2.js"');
}

/**
 * From TypeScript 5.8 to 6.0, at least, a method `[Symbol.asyncDispose]()` is
 * told twice where declarations are made without types: also as a property.
 */
function withoutTwins(path: string, text: string): string {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest);
  const twins = file.statements.filter(ts.isClassDeclaration)
    .flatMap(({ members }) => {
      const methods = new Set(
        members.filter(ts.isMethodDeclaration)
          .map(({ name }) => name.getText(file)),
      );
      return members.filter((member) =>
        ts.isPropertyDeclaration(member) &&
        ts.isComputedPropertyName(member.name) &&
        methods.has(member.name.getText(file))
      );
    });
  // From the end on, so that places stay what they are.
  return twins.toReversed().reduce(
    (rest, { pos, end }) => rest.slice(0, pos) + rest.slice(end),
    text,
  );
}
