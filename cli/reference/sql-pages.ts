import { type SyntaxRule, syntaxRules } from '../../grammar/index.ts';
import {
  builtInFunctions,
  parametersOf,
  printSignature,
  type SqlFunction,
} from '../../src/sql/functions/index.ts';
import { wrapRule } from '../shell/wrap-rule.ts';
import { codeBlock, sentence, table } from './markdown.ts';

const LINE_LENGTH = 110;

export function sqlFunctionsPage(): string {
  const functions = [...builtInFunctions].sort((a, b) => (upper(a) < upper(b) ? -1 : 1));
  const categories = [...new Set(functions.map(({ category }) => category))].sort((a, b) => (a < b ? -1 : 1));
  return [
    '# SQL functions\n',
    'Names are found whatever their case. A function of a null argument is null unless its description says otherwise.',
    '`T...` takes any number of arguments; `LITERAL` marks an argument that must be a constant; `INTERVAL` is the bare word',
    'of a time unit, such as `DAYS`. The examples run as tests.\n',
    table(
      ['category', 'functions'],
      categories.map((category) => {
        const members = functions.filter((definition) => definition.category === category);
        return [category.toLowerCase(), members.map(link).join(', ')];
      }),
    ),
    ...functions.map(functionSection),
  ].join('\n');
}

const upper = ({ name }: SqlFunction): string => name.toUpperCase();
const link = ({ name }: SqlFunction): string => `[${name.toUpperCase()}](#${name.toLowerCase()})`;

function functionSection(definition: SqlFunction): string {
  const { name, kind, overloads, description, examples = [] } = definition;
  const signatures = overloads.map((overload) => {
    const signature = printSignature(name.toUpperCase(), parametersOf(overload));
    const returns =
      'returns' in overload && typeof overload.returns === 'string' ? overload.returns : undefined;
    return returns === undefined ? signature : `${signature} => ${returns}`;
  });
  const shown = examples.map(({ sql, gives }) => `${sql}  -- ${gives ?? 'NULL'}`);
  return [
    `## ${name.toUpperCase()}\n`,
    `${kind === 'scalar' ? '' : `${sentence(`${kind} function`)} `}${sentence(description)}\n`,
    codeBlock([...new Set(signatures)].join('\n')),
    ...(shown.length === 0 ? [] : [codeBlock(shown.join('\n'), 'sql')]),
  ].join('\n');
}

export function sqlStatementsPage(): string {
  const rules = syntaxRules();
  const statements = rules.find(({ name }) => name === 'statement')?.uses ?? [];
  const parts = rules.filter(({ name }) => !statements.includes(name) && !name.startsWith('single'));
  const block = (some: readonly SyntaxRule[]): string =>
    codeBlock(some.map(({ name, syntax }) => wrapRule(`${name} = ${syntax}`, LINE_LENGTH)).join('\n\n'));
  return [
    '# SQL statements\n',
    'The syntax, as the parser declares it. Capitals are keywords, in any case; `[ … ]` may be left out, `{ … }` comes any',
    'number of times, `( … | … )` is a choice; `<…>` is a token with content of its own. A statement ends with a semicolon.',
    'What is parsed and not run yet is listed in [gaps](../gaps.md#sql).\n',
    '## Statements\n',
    block(rules.filter(({ name }) => statements.includes(name))),
    '## Their parts\n',
    block(parts.filter(({ name }) => name !== 'statement')),
  ].join('\n');
}
