/**
 * Lint rules that keep the layers apart and the house style in place.
 *
 * The direction of imports is the architecture: a strategy that cannot see
 * gRPC cannot be changed by a new release of it. Each rule has a failing and a
 * passing fixture in `tests/unit/tools/lint/_layers.ts` or `_style.ts`.
 *
 * @module
 */
import { mayImport, mayUsePackage, ownPath, placeOf } from "./_layers.ts";

const MAX_LINES = 250;
const BAD_NAMES: ReadonlySet<string> = new Set(["index", "util", "utils"]);

type Context = Deno.lint.RuleContext;
type Visitor = Deno.lint.LintVisitor;
/** What a rule is handed for each thing a file loads. */
type OnSpecifier = (specifier: string, node: Deno.lint.Node) => void;

function literalText(
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
function specifiers(
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

function direction(context: Context): Visitor {
  const from = ownPath(context.filename);
  if (from === undefined) return {};
  return specifiers((specifier, node) => {
    const to = placeOf(from, specifier);
    if (to === undefined || mayImport(from, to)) return;
    context.report({
      node,
      message: `${from} must not import ${to}`,
      hint: "See the direction rules in CONTRIBUTING.md",
    });
  }, (node) => {
    if (from.startsWith("tests/") || from.startsWith("tools/")) return;
    context.report({
      node,
      message: `${from} must not import a computed path: no rule can see it`,
    });
  });
}

function packages(context: Context): Visitor {
  const from = ownPath(context.filename);
  if (from === undefined) return {};
  return specifiers((specifier, node) => {
    const allowed = mayUsePackage(from, specifier);
    if (allowed === undefined) return;
    context.report({
      node,
      message: `${from} must not import ${specifier}: ${allowed}`,
    });
  });
}

function maxLines(context: Context): Visitor {
  const from = ownPath(context.filename) ?? "";
  if (from.startsWith("tests/") || from.startsWith("proto/gen/")) return {};
  return {
    Program(node) {
      const lines = context.sourceCode.text.replace(/\n$/, "").split("\n");
      if (lines.length <= MAX_LINES) return;
      context.report({
        node,
        message: `File has ${lines.length} lines: the limit is ${MAX_LINES}`,
      });
    },
  };
}

function fileName(context: Context): Visitor {
  const path = ownPath(context.filename);
  const name = path?.split("/").at(-1)?.replace(/\.ts$/, "");
  if (name === undefined) return {};
  return {
    Program(node) {
      if (BAD_NAMES.has(name.replace(/^_/, ""))) {
        context.report({
          node,
          message: `File name '${name}.ts' says nothing: name the one concept`,
        });
      } else if (!/^_?[a-z0-9]+(_[a-z0-9]+)*$/.test(name)) {
        context.report({
          node,
          message: `File name '${name}.ts' is not snake_case`,
        });
      }
    },
  };
}

function noExportStar(context: Context): Visitor {
  return {
    ExportAllDeclaration(node) {
      context.report({
        node,
        message: "Export by name: `export *` hides what is public",
      });
    },
  };
}

function noEnum(context: Context): Visitor {
  return {
    TSEnumDeclaration(node) {
      context.report({
        node,
        message: "Use a union of literals instead of an enum",
      });
    },
  };
}

function hashPrivate(context: Context): Visitor {
  const check = (
    node: Deno.lint.MethodDefinition | Deno.lint.PropertyDefinition,
  ) => {
    if (node.accessibility !== "private") return;
    // A constructor has no other way to be kept to its factory.
    if (node.type === "MethodDefinition" && node.kind === "constructor") return;
    context.report({ node, message: "Use `#name` instead of `private`" });
  };
  return {
    MethodDefinition: check,
    PropertyDefinition: check,
    TSParameterProperty(node) {
      context.report({
        node,
        message: "Assign the field: no parameter properties",
      });
    },
  };
}

function noEventEmitter(context: Context): Visitor {
  if (ownPath(context.filename)?.startsWith("tests/")) return {};
  return specifiers((specifier, node) => {
    if (!/^(node:)?events$/.test(specifier)) return;
    context.report({
      node,
      message: "Use an `onEvent` option or an async iterable, not EventEmitter",
    });
  });
}

function errorMessage(context: Context): Visitor {
  if (ownPath(context.filename)?.startsWith("tests/")) return {};
  return {
    NewExpression(node) {
      if (
        node.callee.type !== "Identifier" || !/Error$/.test(node.callee.name)
      ) return;
      const first = node.arguments[0];
      const text = first?.type === "TemplateLiteral"
        ? first.quasis.at(-1)?.cooked
        : literalText(first as Deno.lint.Expression | undefined);
      if (!text || !/[^.]\.$/.test(text)) return;
      context.report({
        node,
        message: "Error messages have no final period: `Cannot <do>: <state>`",
      });
    },
  };
}

const plugin: Deno.lint.Plugin = {
  name: "etcdeno",
  rules: {
    "direction": { create: direction },
    "packages": { create: packages },
    "max-lines": { create: maxLines },
    "file-name": { create: fileName },
    "no-export-star": { create: noExportStar },
    "no-enum": { create: noEnum },
    "hash-private": { create: hashPrivate },
    "no-event-emitter": { create: noEventEmitter },
    "error-message": { create: errorMessage },
  },
};
export default plugin;
