type Visitor = Deno.lint.LintVisitor;

/** A path to a module beside a file. */
const MODULE = /^\.\.?\/.*\.[cm]?[jt]sx?$/;

/** Called with each specifier in a file. */
export type OnSpecifier = (specifier: string, node: Deno.lint.Node) => void;

/** The text of a literal; `undefined` for what is computed. */
export function literalText(
  node: Deno.lint.Expression | null | undefined,
): string | undefined {
  if (node?.type === "Literal" && typeof node.value === "string") {
    return node.value;
  }
  if (node?.type === "TemplateLiteral" && node.expressions.length === 0) {
    return node.quasis[0]?.cooked;
  }
  return undefined;
}

/** The imports of a file, and its exports from others: values and types. */
export function imports(onSpecifier: OnSpecifier): Visitor {
  return {
    ImportDeclaration: (node) => onSpecifier(node.source.value, node),
    ExportAllDeclaration: (node) => onSpecifier(node.source.value, node),
    ExportNamedDeclaration(node) {
      if (node.source) onSpecifier(node.source.value, node);
    },
    TSImportType(node) {
      if (node.argument.type !== "TSLiteralType") return;
      const { literal } = node.argument;
      if (literal.type === "Literal" && typeof literal.value === "string") {
        onSpecifier(literal.value, node);
      }
    },
  };
}

/** Every way a module can name another one: imports, and what loads later. */
export function specifiers(
  onSpecifier: OnSpecifier,
  onComputed?: (node: Deno.lint.Node) => void,
): Visitor {
  const onModule = (
    node: Deno.lint.NewExpression | Deno.lint.CallExpression,
  ) => {
    const text = literalText(node.arguments[0] as Deno.lint.Expression);
    if (text !== undefined && MODULE.test(text)) onSpecifier(text, node);
  };
  return {
    ...imports(onSpecifier),
    ImportExpression(node) {
      const text = literalText(node.source);
      if (text === undefined) onComputed?.(node);
      else onSpecifier(text, node);
    },
    // `new URL("./worker.ts", import.meta.url)` loads a module as well.
    NewExpression(node) {
      if (calledName(node.callee) === "URL") onModule(node);
    },
    // So does `import.meta.resolve("./worker.ts")`.
    CallExpression(node) {
      if (calledName(node.callee) === "resolve") onModule(node);
    },
  };
}

/** The name of a function, also where it is a property: `globalThis.URL`. */
function calledName(callee: Deno.lint.Expression): string | undefined {
  if (callee.type === "Identifier") return callee.name;
  return callee.type === "MemberExpression" &&
      callee.property.type === "Identifier"
    ? callee.property.name
    : undefined;
}
