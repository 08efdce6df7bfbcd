import path from 'node:path';
import { type ParsedFile, parseFile, resolveImport } from './source-tree.ts';

type Statement = ParsedFile['parsed']['program']['body'][number];
type Node = { readonly type: string; readonly start: number; readonly end: number };

/** All that an entry exports, a line or block a name, sorted: its declaration without what is inside of functions. */
export function publicApi(entry: string): string {
  const found = new Map<string, string>();
  collect(entry, found);
  const names = [...found.keys()].toSorted();
  return `${names.map((name) => found.get(name)).join('\n')}\n`;
}

function collect(file: string, found: Map<string, string>): void {
  const source = parseFile(file);
  for (const { entries } of source.parsed.module.staticExports) {
    for (const { moduleRequest, importName, exportName, localName } of entries) {
      const from = moduleRequest ? resolveImport(file, moduleRequest.value) : file;
      if (from === undefined) continue;
      if (exportName.name === null) {
        collect(from, found);
        continue;
      }
      const name = (moduleRequest ? importName.name : localName.name) ?? exportName.name;
      found.set(exportName.name, declarationOf(from, name, exportName.name));
    }
  }
}

/** Follows re-exports to where the name is declared. */
function declarationOf(file: string, name: string, shownName: string): string {
  const source = parseFile(file);
  for (const statement of source.parsed.program.body) {
    const declared = describe(source, statement, name);
    if (declared !== undefined) return declared;
  }
  for (const { entries } of source.parsed.module.staticExports) {
    const entry = entries.find(({ exportName }) => exportName.name === name);
    const from = entry?.moduleRequest && resolveImport(file, entry.moduleRequest.value);
    if (from) return declarationOf(from, entry.importName.name ?? name, shownName);
  }
  for (const { entries, moduleRequest } of source.parsed.module.staticImports) {
    const entry = entries.find(({ localName }) => localName.value === name);
    const from = entry && resolveImport(file, moduleRequest.value);
    if (from) return declarationOf(from, entry.importName.name ?? name, shownName);
  }
  throw new Error(
    `${shownName} is exported, and its declaration is not found from ${path.basename(file)} on`,
  );
}

function describe({ text }: ParsedFile, statement: Statement, name: string): string | undefined {
  const declaration =
    statement.type === 'ExportNamedDeclaration' && statement.declaration !== null
      ? statement.declaration
      : statement;
  const slice = (start: number, end: number): string => squeeze(text.slice(start, end));
  switch (declaration.type) {
    case 'FunctionDeclaration': {
      if (declaration.id?.name !== name) return undefined;
      return slice(declaration.start, declaration.body?.start ?? declaration.end);
    }
    case 'ClassDeclaration': {
      if (declaration.id?.name !== name) return undefined;
      const members = declaration.body.body
        .map((member) => memberOf(text, member))
        .filter((each) => each !== '');
      return [slice(declaration.start, declaration.body.start), ...members.map((each) => `  ${each}`)].join(
        '\n',
      );
    }
    case 'TSInterfaceDeclaration': {
      if (declaration.id.name !== name) return undefined;
      const members = declaration.body.body.map((member) => `  ${slice(member.start, member.end)}`);
      return [slice(declaration.start, declaration.body.start), ...members].join('\n');
    }
    case 'TSTypeAliasDeclaration':
      return declaration.id.name === name ? slice(declaration.start, declaration.end) : undefined;
    case 'VariableDeclaration': {
      const variable = declaration.declarations.find(
        ({ id }) => id.type === 'Identifier' && id.name === name,
      );
      if (variable === undefined) return undefined;
      const type = variable.id.type === 'Identifier' ? variable.id.typeAnnotation : null;
      return `const ${name}${type ? slice(type.start, type.end) : ''}`;
    }
    default:
      return undefined;
  }
}

/** The head of a member; nothing for what is private. */
function memberOf(text: string, member: Node): string {
  const { key, accessibility, value, kind } = member as Node & {
    readonly key?: Node;
    readonly accessibility?: string | null;
    readonly value?: (Node & { readonly body?: Node | null }) | null;
    readonly kind?: string;
  };
  if (key === undefined || key.type === 'PrivateIdentifier' || accessibility === 'private') return '';
  if (member.type === 'PropertyDefinition')
    return squeeze(text.slice(member.start, value?.start ?? member.end));
  const head = squeeze(text.slice(member.start, value?.body?.start ?? member.end));
  return kind === 'constructor' ? head.replace(/^constructor/, 'new') : head;
}

/** One line, without comments. */
function squeeze(text: string): string {
  return text
    .replaceAll(/\/\*[\s\S]*?\*\//g, ' ')
    .replaceAll(/\/\/[^\n]*/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .replace(/[\s{=;]+$/, '')
    .trim();
}
