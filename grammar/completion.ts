/** What may come next in a statement that is being typed: keywords and names, for a shell or an editor. */
import type { IToken } from 'chevrotain';
import { nonReservedKeywords, reservedKeywords } from './keywords.ts';
import { tokenize } from './lexer.ts';
import { statementWords } from './statement-words.ts';
import { K, Semicolon, Word } from './tokens.ts';

/** What the shell knows of the catalog. */
export interface CompletionNames {
  readonly streams: readonly string[];
  readonly tables: readonly string[];
  readonly functions: readonly string[];
  readonly topics: readonly string[];
  readonly queries: readonly string[];
  readonly types: readonly string[];
  readonly properties: readonly string[];
  /** Columns by source. */
  readonly columns: ReadonlyMap<string, readonly string[]>;
}

export interface Completion {
  readonly text: string;
  readonly kind:
    | 'keyword'
    | 'stream'
    | 'table'
    | 'column'
    | 'function'
    | 'topic'
    | 'query'
    | 'type'
    | 'property';
}

export interface Completions {
  /** The part of the text that a completion replaces. */
  readonly start: number;
  readonly end: number;
  readonly items: readonly Completion[];
}

type Slot =
  | 'statement'
  | 'source'
  | 'expression'
  | 'topic'
  | 'function'
  | 'query'
  | 'type'
  | 'property'
  | 'after name';

/** After INSERT nothing else can come. */
const statementStarts = statementWords.map((word) => (word === 'INSERT' ? 'INSERT INTO' : word));

/** What follows a keyword, where the grammar leaves a short list. */
const followers: Readonly<Record<string, readonly string[]>> = {
  CREATE: ['STREAM', 'TABLE', 'OR REPLACE', 'SOURCE', 'SINK CONNECTOR', 'TYPE'],
  REPLACE: ['STREAM', 'TABLE'],
  DROP: ['STREAM', 'TABLE', 'TYPE', 'CONNECTOR'],
  SHOW: [
    'STREAMS',
    'TABLES',
    'TOPICS',
    'QUERIES',
    'FUNCTIONS',
    'PROPERTIES',
    'TYPES',
    'VARIABLES',
    'CONNECTORS',
    'ALL TOPICS',
  ],
  LIST: [
    'STREAMS',
    'TABLES',
    'TOPICS',
    'QUERIES',
    'FUNCTIONS',
    'PROPERTIES',
    'TYPES',
    'VARIABLES',
    'CONNECTORS',
  ],
  GROUP: ['BY'],
  PARTITION: ['BY'],
  EMIT: ['CHANGES', 'FINAL'],
  WINDOW: ['TUMBLING', 'HOPPING', 'SESSION'],
  TUMBLING: ['(SIZE'],
  HOPPING: ['(SIZE'],
  LEFT: ['JOIN', 'OUTER JOIN'],
  RIGHT: ['JOIN', 'OUTER JOIN'],
  FULL: ['JOIN', 'OUTER JOIN'],
  INNER: ['JOIN'],
  OUTER: ['JOIN'],
  INSERT: ['INTO'],
  IS: ['NULL', 'NOT NULL', 'DISTINCT FROM', 'NOT DISTINCT FROM'],
  ALTER: ['STREAM', 'TABLE', 'SYSTEM'],
  DELETE: ['TOPIC'],
  ASSERT: ['TOPIC', 'SCHEMA', 'NOT EXISTS'],
};

const clauses = [
  'FROM',
  'AS',
  'AS SELECT',
  'WITH',
  'WHERE',
  'GROUP BY',
  'PARTITION BY',
  'HAVING',
  'WINDOW',
  'EMIT CHANGES',
  'EMIT FINAL',
  'LIMIT',
  'JOIN',
  'INNER JOIN',
  'LEFT JOIN',
  'RIGHT JOIN',
  'FULL OUTER JOIN',
  'WITHIN',
  'ON',
  'AND',
  'OR',
  'NOT',
  'IN',
  'BETWEEN',
  'LIKE',
  'IS',
  'VALUES',
  'EXTENDED',
  'KEY',
  'PRIMARY KEY',
];

/** Completes the word that ends at `position`. Candidates come ranked: names first, then keywords, each by alphabet. */
export function complete(text: string, position: number, names: CompletionNames): Completions {
  const { tokens, prefix } = tokensBefore(text, position);
  const start = position - prefix.length;
  const last = tokens.at(-1);
  const items = candidates(slotAfter(tokens), tokens, names, last);
  const wanted = prefix.toUpperCase().replace(/^["`]/, '');
  const matching = items.filter(({ text: item }) => item.toUpperCase().startsWith(wanted));
  return { start, end: position, items: dedupe(matching) };
}

function tokensBefore(text: string, position: number): { tokens: readonly IToken[]; prefix: string } {
  const prefix = /["`]?[A-Za-z0-9_@.-]*$/.exec(text.slice(0, position))?.[0] ?? '';
  const head = text.slice(0, position - prefix.length);
  let tokens: readonly IToken[] = [];
  try {
    tokens = tokenize(head).tokens;
  } catch {
    // Within an open string or comment there is nothing to complete.
    return { tokens: [], prefix: text.slice(0, position) };
  }
  const lastSemicolon = tokens.findLastIndex((token) => token.tokenType === Semicolon);
  return { tokens: tokens.slice(lastSemicolon + 1), prefix };
}

/** What the grammar wants after these tokens, as far as the last of them tells. */
function slotAfter(tokens: readonly IToken[]): Slot {
  const last = tokens.at(-1);
  if (last === undefined) return 'statement';
  const first = tokens[0]?.tokenType;
  switch (last.tokenType) {
    case K.EXPLAIN:
      return 'query';
    case K.FROM:
    case K.JOIN:
    case K.INTO:
    case K.DESCRIBE:
      return 'source';
    case K.STREAM:
    case K.TABLE:
    case K.EXISTS:
      return first === K.CREATE ? 'after name' : 'source';
    case K.PRINT:
    case K.TOPIC:
      return 'topic';
    case K.FUNCTION:
      return 'function';
    case K.TERMINATE:
    case K.PAUSE:
    case K.RESUME:
      return 'query';
    case K.TYPE:
      return 'type';
    case K.SELECT:
    case K.WHERE:
    case K.BY:
    case K.HAVING:
    case K.ON:
    case K.AND:
    case K.OR:
    case K.NOT:
    case K.WHEN:
    case K.THEN:
    case K.ELSE:
    case K.CASE:
      return 'expression';
  }
  if (/^(,|\(|=|<|>|<=|>=|<>|!=|\+|-|\*|\/|%|\|\||\[)$/.test(last.image)) {
    return isInWith(tokens) ? 'property' : 'expression';
  }
  return 'after name';
}

/** Inside the parentheses of a WITH clause. */
function isInWith(tokens: readonly IToken[]): boolean {
  const opening = tokens.findLastIndex((token) => token.image === '(');
  return opening > 0 && tokens[opening - 1]?.tokenType === K.WITH;
}

function candidates(
  slot: Slot,
  tokens: readonly IToken[],
  names: CompletionNames,
  last: IToken | undefined,
): readonly Completion[] {
  const keyword = (text: string): Completion => ({ text, kind: 'keyword' });
  const listed = followers[last?.image.toUpperCase() ?? ''];
  const follow = listed === undefined || last?.tokenType === Word ? [] : listed.map(keyword);
  switch (slot) {
    case 'statement':
      return statementStarts.map(keyword);
    case 'source':
      return [
        ...sources(names),
        ...(last?.tokenType === K.DESCRIBE ? ['FUNCTION', 'CONNECTOR', 'STREAMS'].map(keyword) : []),
      ];
    case 'topic':
      return named(names.topics, 'topic');
    case 'function':
      return named(names.functions, 'function');
    case 'query':
      return [
        ...named(names.queries, 'query'),
        ...(last?.tokenType === K.EXPLAIN ? ['SELECT', 'CREATE', 'INSERT INTO'] : ['ALL']).map(keyword),
      ];
    case 'type':
      return named(names.types, 'type');
    case 'property':
      return named(names.properties, 'property');
    case 'expression':
      return [
        ...columnsOf(tokens, names),
        ...named(names.functions, 'function'),
        ...['CASE', 'CAST', 'NOT', 'NULL', 'TRUE', 'FALSE', 'ARRAY', 'MAP', 'STRUCT'].map(keyword),
      ];
    case 'after name':
      return follow.length > 0
        ? follow
        : [...sources(names), ...columnsOf(tokens, names), ...clauses.map(keyword), ...allKeywords];
  }
}

const allKeywords: readonly Completion[] = [...reservedKeywords, ...nonReservedKeywords].map((text) => ({
  text,
  kind: 'keyword',
}));

function sources(names: CompletionNames): readonly Completion[] {
  return [...named(names.streams, 'stream'), ...named(names.tables, 'table')];
}

/** The columns of the sources that the statement names; of all sources while it names none. */
function columnsOf(tokens: readonly IToken[], names: CompletionNames): readonly Completion[] {
  const named_ = tokens.map((token) => token.image.toUpperCase()).filter((word) => names.columns.has(word));
  const chosen = named_.length > 0 ? named_ : [...names.columns.keys()];
  return named([...new Set(chosen.flatMap((source) => names.columns.get(source) ?? []))], 'column');
}

function named(texts: readonly string[], kind: Completion['kind']): readonly Completion[] {
  return [...texts].sort().map((text) => ({ text, kind }));
}

function dedupe(items: readonly Completion[]): readonly Completion[] {
  const seen = new Set<string>();
  return items.filter(({ text }) => !seen.has(text) && seen.add(text));
}
