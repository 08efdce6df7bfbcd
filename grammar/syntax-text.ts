import type { ISerializedGast } from 'chevrotain';
import { SqlParser } from './parser/sql-parser.ts';

/** A rule of the grammar as text: words in capitals are keywords, names of other rules are as they are. */
export interface SyntaxRule {
  readonly name: string;
  /** `[ … ]` may be left out, `{ … }` comes any number of times, `( … | … )` is a choice. */
  readonly syntax: string;
  /** Names of the rules that occur in it, in order. */
  readonly uses: readonly string[];
}

/** What Chevrotain tells of a part of a rule; which of these it has depends on its type. */
interface Part {
  readonly type: string;
  readonly name?: string;
  readonly label?: string;
  readonly nonTerminalName?: string;
  readonly definition?: readonly Part[];
  readonly separator?: Part;
}

/** All rules of the grammar, as the parser that runs declares them. */
export function syntaxRules(): readonly SyntaxRule[] {
  const parser = new SqlParser({ recovery: false, validate: false });
  return parser.getSerializedGastProductions().map((rule: ISerializedGast) => {
    const { name = '', definition = [] } = rule as Part;
    return { name, syntax: sequence(definition), uses: [...new Set(usesOf(definition))] };
  });
}

function usesOf(parts: readonly Part[]): string[] {
  return parts.flatMap((part) => [
    ...(part.type === 'NonTerminal' ? [part.name ?? ''] : []),
    ...usesOf(part.definition ?? []),
  ]);
}

function sequence(parts: readonly Part[]): string {
  return parts.map(textOf).join(' ');
}

function textOf(part: Part): string {
  const inner = part.definition ?? [];
  switch (part.type) {
    case 'Terminal':
      return terminal(part);
    case 'NonTerminal':
      return part.name ?? '';
    case 'Option':
      return `[ ${sequence(inner)} ]`;
    case 'Repetition':
      return `{ ${sequence(inner)} }`;
    case 'RepetitionWithSeparator':
      return `[ ${separated(part)} ]`;
    case 'RepetitionMandatory':
      return `${sequence(inner)} { ${sequence(inner)} }`;
    case 'RepetitionMandatoryWithSeparator':
      return separated(part);
    case 'Alternation':
      return `( ${inner.map(textOf).join(' | ')} )`;
    default:
      return sequence(inner);
  }
}

function separated(part: Part): string {
  const item = sequence(part.definition ?? []);
  return `${item} { ${part.separator === undefined ? '' : terminal(part.separator)} ${item} }`;
}

/** Keywords and signs stand for themselves; tokens with content go by their name. */
function terminal(part: Part): string {
  const label = part.label ?? part.name ?? '';
  const quoted = /^'(.*)'$/.exec(label)?.[1];
  if (label === 'NEQ') return "'<>'";
  if (quoted === undefined) return `<${label.toLowerCase().replaceAll('_', ' ')}>`;
  return /^[A-Z_]+$/.test(quoted) ? quoted : `'${quoted}'`;
}
