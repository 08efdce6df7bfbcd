import { type SyntaxRule, syntaxRules } from '../../grammar/index.ts';
import { wrapRule } from './wrap-rule.ts';

type Rules = ReadonlyMap<string, SyntaxRule>;

/** Parts whose name says what they are. */
const PLAIN_PARTS: ReadonlySet<string> = new Set([
  ...['identifier', 'stringValue', 'wholeNumber', 'resourceName', 'number', 'literal'],
  ...['statement', 'query', 'expression', 'valueExpression', 'type', 'timeUnit'],
]);

/**
 * The syntax of the statements that begin with a word, as the parser declares it, with the parts that they consist of;
 * undefined where no statement begins so. Further words choose among the parts, as in `CREATE TYPE`.
 */
export function statementHelp(words: string, width: number): string | undefined {
  const rules: Rules = new Map(syntaxRules().map((rule) => [rule.name, rule]));
  const [first = '', ...rest] = words.toUpperCase().split(/\s+/);
  const found = partsOf(rules.get('statement'), rules).filter((rule) =>
    beginsOf(rule, rules).includes(first),
  );
  if (found.length === 0) return undefined;
  const isChosen = (rule: SyntaxRule): boolean => rest.some((word) => choosersOf(rule, rules).includes(word));
  const chosen = found.flatMap((rule) => partsOf(rule, rules).filter(isChosen));
  // Where the further words choose nothing, all parts are of interest.
  const shown = new Set<SyntaxRule>(chosen.length > 0 ? found : []);
  for (const rule of chosen.length > 0 ? chosen : found) collect(rule, rules, shown);
  return Array.from(shown, ({ name, syntax }) => wrapRule(`${name} = ${syntax}`, width)).join('\n\n');
}

const partsOf = (rule: SyntaxRule | undefined, rules: Rules): readonly SyntaxRule[] =>
  (rule?.uses ?? []).flatMap((name) => rules.get(name) ?? []);

/** The keywords that a rule may begin with. */
function beginsOf(rule: SyntaxRule, rules: Rules): readonly string[] {
  const choice = /^\( ([A-Z| ]+) \)/.exec(rule.syntax)?.[1];
  if (choice !== undefined) return choice.split(' | ');
  const word = /^[A-Z]+\b/.exec(rule.syntax)?.[0];
  if (word !== undefined) return [word];
  const [part] = partsOf(rule, rules);
  return part === undefined || part === rule ? [] : beginsOf(part, rules);
}

/** The rule and its parts, each once, in the order in which a reader meets them. */
function collect(rule: SyntaxRule, rules: Rules, shown: Set<SyntaxRule>): void {
  if (shown.has(rule)) return;
  shown.add(rule);
  for (const part of partsOf(rule, rules)) {
    if (!PLAIN_PARTS.has(part.name) || rule.syntax === part.name) collect(part, rules, shown);
  }
}

/** The keywords by which a part is told from its neighbours: its own, and those of its parts. */
const choosersOf = (rule: SyntaxRule, rules: Rules): readonly string[] =>
  [rule, ...partsOf(rule, rules).filter(({ uses }) => uses.length === 0)].flatMap(keywordsOf);

const keywordsOf = ({ syntax }: SyntaxRule): readonly string[] => syntax.match(/\b[A-Z]{2,}\b/g) ?? [];
