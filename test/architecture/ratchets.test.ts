import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type Argument, type CallExpression, type NewExpression, Visitor } from 'oxc-parser';
import { beforeAll, describe, expect, it } from 'vitest';
import { importsOf, OTHER_FOLDERS, type ParsedFile, parseFolders, SOURCE_FOLDERS } from './source-tree.ts';

const FILE_LINES_MAX = 600;
const LONG_FILE_LINES = 400;
const LONG_FUNCTION_LINES = 50;

/** How much there may be of what should not be; these numbers only fall. */
const allowed = JSON.parse(readFileSync(path.join(import.meta.dirname, 'ratchets.json'), 'utf8')) as Readonly<
  Record<
    | 'longFiles'
    | 'longFunctions'
    | 'casts'
    | 'foldersThatImportEachOther'
    | 'unusedExports'
    | 'looseMessages',
    number
  >
>;

let sources: ParsedFile[] = [];
let others: ParsedFile[] = [];
beforeAll(() => {
  sources = parseFolders(SOURCE_FOLDERS);
  others = parseFolders(OTHER_FOLDERS);
});

const linesBetween = (text: string, start: number, end: number): number =>
  text.slice(start, end).split('\n').length;

function check(found: readonly string[], limit: number): void {
  const listed = `${found.length} where ${limit} are allowed:\n${found.join('\n')}`;
  expect(found.length, listed).toBeLessThanOrEqual(limit);
  expect(found.length, 'there are fewer now: lower the number in ratchets.json').toBe(limit);
}

/** What makes or throws a refusal, under whatever name a file has it. */
const REFUSERS = /^(refus|sqlError$|DiagnosticError$|invalid)/i;

/** Whether an argument has words in it: a text, or an object whose message is one. */
function isWorded(argument: Argument): boolean {
  if (argument.type === 'TemplateLiteral') return true;
  // One word is a name of something.
  if (argument.type === 'Literal') return typeof argument.value === 'string' && argument.value.includes(' ');
  if (argument.type === 'BinaryExpression') return argument.operator === '+';
  if (argument.type !== 'ObjectExpression') return false;
  return argument.properties.some(
    (property) =>
      property.type === 'Property' &&
      property.key.type === 'Identifier' &&
      property.key.name === 'message' &&
      property.value.type !== 'Identifier' &&
      property.value.type !== 'MemberExpression',
  );
}

describe('what only falls', () => {
  it(`files of more than ${LONG_FILE_LINES} lines, and none of more than ${FILE_LINES_MAX}`, () => {
    const lengths = sources.map(({ file, text }) => ({ file, lines: text.split('\n').length - 1 }));
    expect(lengths.filter(({ lines }) => lines > FILE_LINES_MAX)).toEqual([]);
    const long = lengths.filter(({ lines }) => lines > LONG_FILE_LINES);
    check(
      long.map(({ file, lines }) => `${file}: ${lines}`),
      allowed.longFiles,
    );
  });

  it(`functions of more than ${LONG_FUNCTION_LINES} lines`, () => {
    const found: string[] = [];
    for (const { file, text, parsed } of sources) {
      const visit = (node: { readonly start: number; readonly end: number }): void => {
        const lines = linesBetween(text, node.start, node.end);
        if (lines > LONG_FUNCTION_LINES) {
          found.push(`${file}:${linesBetween(text, 0, node.start)}: ${lines} lines`);
        }
      };
      new Visitor({
        FunctionDeclaration: visit,
        FunctionExpression: visit,
        ArrowFunctionExpression: visit,
      }).visit(parsed.program);
    }
    check(found, allowed.longFunctions);
  });

  it('casts (`as` and not `as const`)', () => {
    const found: string[] = [];
    for (const { file, text, parsed } of sources) {
      new Visitor({
        TSAsExpression(node) {
          const type = text.slice(node.typeAnnotation.start, node.typeAnnotation.end);
          if (type !== 'const') found.push(`${file}:${linesBetween(text, 0, node.start)}: as ${type}`);
        },
      }).visit(parsed.program);
    }
    check(found, allowed.casts);
  });

  it('refusals of SQL whose words are not in src/sql/messages or grammar/messages', () => {
    const found: string[] = [];
    const isSql = ({ file }: ParsedFile): boolean =>
      (file.startsWith('src/sql/') || file.startsWith('grammar/')) &&
      !/^(src\/sql\/(messages|testing)|grammar\/messages)\//.test(file);
    for (const { file, text, parsed } of sources.filter(isSql)) {
      const visit = (node: CallExpression | NewExpression): void => {
        if (node.callee.type !== 'Identifier' || !REFUSERS.test(node.callee.name)) return;
        if (node.arguments.some(isWorded)) found.push(`${file}:${linesBetween(text, 0, node.start)}`);
      };
      new Visitor({ CallExpression: visit, NewExpression: visit }).visit(parsed.program);
    }
    check(found, allowed.looseMessages);
  });

  it('folders that import each other', () => {
    const arrows = new Set<string>();
    for (const source of sources) {
      for (const { from } of importsOf(source)) {
        const [importing, imported] = [path.dirname(source.file), path.dirname(from)];
        if (importing !== imported) arrows.add(`${importing} > ${imported}`);
      }
    }
    const pairs = [...arrows].filter((arrow) => {
      const [importing = '', imported = ''] = arrow.split(' > ');
      return importing < imported && arrows.has(`${imported} > ${importing}`);
    });
    check(pairs, allowed.foldersThatImportEachOther);
  });

  it('exports that nothing but tests imports', () => {
    const taken = new Set<string>();
    const outsiders = others.filter(({ file }) => !file.startsWith('test/'));
    for (const source of [...sources, ...outsiders]) {
      for (const { from, name } of importsOf(source)) taken.add(`${from}#${name}`);
    }
    const unused = sources
      .filter(({ file }) => path.basename(file) !== 'index.ts')
      .flatMap(({ file, parsed }) =>
        parsed.module.staticExports
          .flatMap(({ entries }) => entries)
          .map(({ exportName }) => exportName.name)
          .filter((name) => name !== null && !taken.has(`${file}#${name}`) && !taken.has(`${file}#*`))
          .map((name) => `${file}: ${name}`),
      );
    check(unused, allowed.unusedExports);
  });
});
