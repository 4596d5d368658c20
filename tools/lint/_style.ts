/** Lint rules for the house style. */
import { ownPath } from "./_paths.ts";
import { specifiers } from "./_specifiers.ts";

const MAX_LINES = 250;
/** Names that any file could have, and any folder. */
const BAD_NAMES: ReadonlySet<string> = new Set([
  "common",
  "helper",
  "helpers",
  "index",
  "misc",
  "util",
  "utils",
]);

type Context = Deno.lint.RuleContext;
type Visitor = Deno.lint.LintVisitor;

/** A file has at most 250 lines; what it imports is not counted. */
export function maxLines(context: Context): Visitor {
  if (ownPath(context.filename)?.startsWith("proto/gen/")) return {};
  const { text } = context.sourceCode;
  const linesOf = (part: string) => part.replace(/\n$/, "").split("\n").length;
  return {
    Program(node) {
      const lines = node.body
        .filter(({ type }) => type === "ImportDeclaration")
        .reduce(
          (left, { range }) => left - linesOf(text.slice(...range)),
          linesOf(text),
        );
      if (lines <= MAX_LINES) return;
      context.report({
        node,
        message: `File has ${lines} lines: the limit is ${MAX_LINES}`,
      });
    },
  };
}

/** Names of files and folders are snake_case and name a concept. */
export function fileName(context: Context): Visitor {
  const names = ownPath(context.filename)?.replace(/\.ts$/, "").split("/");
  if (names === undefined) return {};
  return {
    Program(node) {
      for (const name of names) {
        const fault = BAD_NAMES.has(name.replace(/^_/, ""))
          ? "says nothing: name the one concept"
          : /^_?[a-z0-9]+(_[a-z0-9]+)*$/.test(name)
          ? undefined
          : "is not snake_case";
        if (fault === undefined) continue;
        context.report({ node, message: `The name '${name}' ${fault}` });
      }
    },
  };
}

/** Public names are exported one by one. */
export function noExportStar(context: Context): Visitor {
  return {
    ExportAllDeclaration(node) {
      context.report({
        node,
        message: "Export by name: `export *` hides what is public",
      });
    },
  };
}

/** Unions of literals, no enums. */
export function noEnum(context: Context): Visitor {
  return {
    TSEnumDeclaration(node) {
      context.report({
        node,
        message: "Use a union of literals instead of an enum",
      });
    },
  };
}

/** `#name`, not `private`. */
export function hashPrivate(context: Context): Visitor {
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

/** No event emitters. */
export function noEventEmitter(context: Context): Visitor {
  if (ownPath(context.filename)?.startsWith("tests/")) return {};
  return specifiers((specifier, node) => {
    if (!/^(npm:\/?)?(node:)?(events|eventemitter3)(@|\/|$)/.test(specifier)) {
      return;
    }
    context.report({
      node,
      message: "Use an `onEvent` option or an async iterable, not EventEmitter",
    });
  });
}
