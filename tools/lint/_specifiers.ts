type Visitor = Deno.lint.LintVisitor;

/** What a rule is handed for each thing a file loads. */
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

/** Every way a module can name another one, static, dynamic or as a type. */
export function specifiers(
  onSpecifier: OnSpecifier,
  onComputed?: (node: Deno.lint.Node) => void,
): Visitor {
  return {
    ImportDeclaration: (node) => onSpecifier(node.source.value, node),
    ExportAllDeclaration: (node) => onSpecifier(node.source.value, node),
    ExportNamedDeclaration(node) {
      if (node.source) onSpecifier(node.source.value, node);
    },
    ImportExpression(node) {
      const text = literalText(node.source);
      if (text === undefined) onComputed?.(node);
      else onSpecifier(text, node);
    },
    TSImportType(node) {
      if (node.argument.type !== "TSLiteralType") return;
      const { literal } = node.argument;
      if (literal.type === "Literal" && typeof literal.value === "string") {
        onSpecifier(literal.value, node);
      }
    },
    NewExpression(node) {
      // `new URL("./worker.ts", import.meta.url)` loads a module as well.
      if (node.callee.type !== "Identifier" || node.callee.name !== "URL") {
        return;
      }
      const text = literalText(node.arguments[0] as Deno.lint.Expression);
      if (text?.startsWith(".") && text.endsWith(".ts")) {
        onSpecifier(text, node);
      }
    },
  };
}
