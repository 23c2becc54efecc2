import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import treeSitter, { type Language as GrammarLanguage, type Node } from '@vscode/tree-sitter-wasm';

const GRAMMARS: Record<string, string> = {
  '.ts': 'typescript', '.mts': 'typescript', '.cts': 'typescript', '.tsx': 'tsx', '.js': 'javascript', '.mjs': 'javascript', '.cjs': 'javascript', '.jsx': 'javascript',
  '.py': 'python', '.pyi': 'python', '.go': 'go', '.rs': 'rust', '.java': 'java', '.rb': 'ruby', '.php': 'php', '.cs': 'c-sharp',
  '.c': 'cpp', '.h': 'cpp', '.cc': 'cpp', '.cpp': 'cpp', '.hpp': 'cpp', '.sh': 'bash', '.bash': 'bash', '.css': 'css',
};
const FOLDER = dirname(createRequire(import.meta.url).resolve('@vscode/tree-sitter-wasm'));

/** Types of nodes that define something, over all grammars. */
const DEFINES =
  /^(function_definition|function_declaration|generator_function_declaration|function_item|method_definition|method_declaration|method|singleton_method|constructor_declaration|class_definition|class_declaration|abstract_class_declaration|class_specifier|class|struct_specifier|struct_item|struct_declaration|enum_item|enum_declaration|enum_specifier|trait_item|impl_item|interface_declaration|type_alias_declaration|type_spec|type_item|module|namespace_definition|record_declaration)$/;
const IDENTIFIER = /^(identifier|type_identifier|property_identifier|field_identifier|constant|name)$/;

export type Definition = { name: string; kind: string; line: number; endLine: number; text: string; depth: number };
export type ParsedFile = { definitions: Definition[]; references: string[] };
export type SyntaxProblem = { line: number; text: string };

const languages = new Map<string, Promise<GrammarLanguage>>();
let ready: Promise<void> | undefined;

async function languageOf(path: string): Promise<GrammarLanguage | null> {
  const grammar = GRAMMARS[extname(path).toLowerCase()];
  if (!grammar) return null;
  await (ready ??= treeSitter.Parser.init());
  let language = languages.get(grammar);
  if (!language) languages.set(grammar, (language = treeSitter.Language.load(join(FOLDER, `tree-sitter-${grammar}.wasm`))));
  return language;
}

async function withRoot<T>(path: string, text: string, use: (root: Node) => T): Promise<T | null> {
  const language = await languageOf(path);
  if (!language) return null;
  const parser = new treeSitter.Parser();
  parser.setLanguage(language);
  const tree = parser.parse(text);
  try {
    return tree ? use(tree.rootNode) : null;
  } finally {
    // WebAssembly's memory knows no garbage collection.
    tree?.delete();
    parser.delete();
  }
}

/** What a file defines, and the names it uses; null where its language is not known. */
export function parseFile(path: string, text: string): Promise<ParsedFile | null> {
  return withRoot(path, text, (root) => {
    const definitions: Definition[] = [];
    const references: string[] = [];
    const lines = text.split('\n');
    visit(root, 0, (node, depth) => {
      if (IDENTIFIER.test(node.type)) references.push(node.text);
      if (!DEFINES.test(node.type) && !isFunctionVariable(node)) return false;
      const name = node.childForFieldName('name') ?? node.childForFieldName('declarator') ?? node.childForFieldName('type');
      if (!name) return false;
      const line = node.startPosition.row;
      definitions.push({ name: /[\w$]+/.exec(name.text)?.[0] ?? name.text, kind: node.type.split('_')[0]!, line: line + 1, endLine: node.endPosition.row + 1, text: lines[line]!.trim().slice(0, 160), depth });
      return true;
    });
    return { definitions, references };
  });
}

/** `const f = () => …` at the top of a module. */
function isFunctionVariable(node: Node): boolean {
  return node.type === 'variable_declarator' && /function|class/.test(node.childForFieldName('value')?.type ?? '') && (node.parent?.parent?.type ?? '').match(/^(program|export_statement)$/) !== null;
}

/** The first place that does not parse; null where all does or the language is not known. */
export async function syntaxProblem(path: string, text: string): Promise<SyntaxProblem | null> {
  const found = await withRoot(path, text, (root) => {
    if (!root.hasError) return { problem: null };
    let at: Node = root;
    for (let next: Node | undefined = at; next; next = at.children.find((c): c is Node => c !== null && (c.isError || c.isMissing || c.hasError))) {
      at = next;
      if (at.isError || at.isMissing) break;
    }
    const row = at.startPosition.row;
    return { problem: { line: row + 1, text: (text.split('\n')[row] ?? '').trim().slice(0, 160) } };
  });
  return found?.problem ?? null;
}

/** In the order of the text. `found` says whether the node's children are one level deeper. */
function visit(root: Node, depth: number, found: (node: Node, depth: number) => boolean): void {
  const stack: [Node, number][] = [[root, depth]];
  while (stack.length) {
    const [node, at] = stack.pop()!;
    const below = found(node, at) ? at + 1 : at;
    for (let i = node.namedChildCount - 1; i >= 0; i--) {
      const child = node.namedChild(i);
      if (child) stack.push([child, below]);
    }
  }
}
