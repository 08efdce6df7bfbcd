/** What may come next in a statement that is being typed: keywords and names, for a shell or an editor. */
import type { IToken } from 'chevrotain';
import { nonReservedKeywords, reservedKeywords } from './keywords.ts';
import { tokenize } from './lexer.ts';
import { statementWords } from './statement-words.ts';
import { K, Semicolon, Word } from './tokens.ts';
import { type WithValues, withWords } from './with-words.ts';

/** What the shell knows of the catalog. */
export interface CompletionNames {
  readonly streams: readonly string[];
  readonly tables: readonly string[];
  readonly functions: readonly string[];
  readonly topics: readonly string[];
  readonly queries: readonly string[];
  readonly types: readonly string[];
  /** Properties of a session, for SET. */
  readonly properties: readonly string[];
  readonly formats: readonly string[];
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
    | 'property'
    | 'value';
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
  | 'setting'
  | 'value'
  | 'after name';

/** After INSERT nothing else can come. */
const statementStarts = statementWords.map((word) => (word === 'INSERT' ? 'INSERT INTO' : word));

/** What follows a keyword, where the grammar leaves a short list. */
const followers: Readonly<Record<string, readonly string[]>> = {
  CREATE: [
    'STREAM',
    'TABLE',
    'OR REPLACE',
    'SOURCE',
    'SINK CONNECTOR',
    'TYPE',
    'FUNCTION',
    'AGGREGATE FUNCTION',
    'TABLE FUNCTION',
  ],
  REPLACE: ['STREAM', 'TABLE', 'FUNCTION', 'AGGREGATE FUNCTION', 'TABLE FUNCTION'],
  DROP: ['STREAM', 'TABLE', 'TYPE', 'CONNECTOR', 'FUNCTION'],
  AGGREGATE: ['FUNCTION'],
  LANGUAGE: ['JAVASCRIPT'],
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
  const { tokens, prefix, qualifier } = tokensBefore(text, position);
  const start = position - prefix.length;
  const last = tokens.at(-1);
  const items =
    qualifier === undefined
      ? candidates(slotAfter(tokens), tokens, names, last)
      : columnsBehind(qualifier, allTokens(text, tokens), names);
  const wanted = bare(prefix);
  // In a string only a string can follow.
  const isFit = (item: string): boolean =>
    bare(item).startsWith(wanted) && (prefix[0] !== "'" || item[0] === "'");
  return { start, end: position, items: dedupe(items.filter((item) => isFit(item.text))) };
}

const bare = (text: string): string => text.toUpperCase().replace(/^["`']/, '');

interface Typed {
  /** What the statement consists of before the word. */
  readonly tokens: readonly IToken[];
  /** The word so far, with the quote that it begins with. */
  readonly prefix: string;
  /** The source or alias before a dot before the word. */
  readonly qualifier?: string;
}

function tokensBefore(text: string, position: number): Typed {
  const before = text.slice(0, position);
  const { head, prefix, qualifier } = lastWord(before);
  try {
    const tokens = statementAt(tokenize(head).tokens, head.length);
    return { tokens, prefix, ...(qualifier === undefined ? {} : { qualifier }) };
  } catch {
    // Within an open string or comment that is no name there is nothing to complete.
    return { tokens: [], prefix: before };
  }
}

function lastWord(before: string): Pick<Typed, 'prefix' | 'qualifier'> & { readonly head: string } {
  const column = /(?<![\w@'.-])([A-Za-z_]\w*)\.(["`]?\w*)$/.exec(before);
  if (column !== null) {
    const [whole, qualifier = '', prefix = ''] = column;
    return { head: before.slice(0, before.length - whole.length), prefix, qualifier };
  }
  const prefix = /["`']?[A-Za-z0-9_@.-]*$/.exec(before)?.[0] ?? '';
  return { head: before.slice(0, before.length - prefix.length), prefix };
}

/** The tokens of the statement that a place belongs to. */
function statementAt(tokens: readonly IToken[], position: number): readonly IToken[] {
  const isEnd = (token: IToken): boolean => token.tokenType === Semicolon;
  const begin = tokens.findLastIndex((token) => isEnd(token) && token.startOffset < position) + 1;
  const end = tokens.findIndex((token) => isEnd(token) && token.startOffset >= position);
  return tokens.slice(begin, end === -1 ? tokens.length : end);
}

/** The sources of a SELECT stand behind its columns: the tokens of the whole statement, or those before where it has open ends. */
function allTokens(text: string, before: readonly IToken[]): readonly IToken[] {
  const last = before.at(-1);
  try {
    return statementAt(tokenize(text).tokens, (last?.endOffset ?? -1) + 1);
  } catch {
    return before;
  }
}

/** The columns of the source that has this name or alias in the statement. */
function columnsBehind(
  qualifier: string,
  tokens: readonly IToken[],
  names: CompletionNames,
): readonly Completion[] {
  const wanted = qualifier.toUpperCase();
  const named_ = tokens.flatMap((token, i) => {
    const source = token.image.toUpperCase();
    if (!names.columns.has(source)) return [];
    const next = tokens[i + 1];
    const alias = next?.tokenType === K.AS ? tokens[i + 2] : next;
    return source === wanted || alias?.image.toUpperCase() === wanted ? [source] : [];
  });
  return named(names.columns.get(named_[0] ?? wanted) ?? [], 'column');
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
    case K.SET:
    case K.UNSET:
      return 'setting';
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
    if (!isInWith(tokens)) return 'expression';
    return last.image === '=' ? 'value' : 'property';
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
      return quoted(names.topics, 'topic');
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
      return named(Object.keys(withWords), 'property');
    case 'setting':
      return quoted(names.properties, 'property');
    case 'value':
      return valuesOf(tokens.at(-2)?.image.toUpperCase() ?? '', names);
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

const quoted = (texts: readonly string[], kind: Completion['kind']): readonly Completion[] =>
  named(
    texts.map((text) => `'${text.replaceAll("'", "''")}'`),
    kind,
  );

/** What a property of a WITH clause may be, where there is a list. */
function valuesOf(property: string, names: CompletionNames): readonly Completion[] {
  const words: Readonly<Record<string, WithValues>> = withWords;
  const kind = words[property] ?? 'other';
  switch (kind) {
    case 'topic':
      return quoted(names.topics, 'topic');
    case 'format':
      return quoted(names.formats, 'value');
    case 'boolean':
      return named(['true', 'false'], 'value');
    case 'windowType':
      return quoted(['TUMBLING', 'HOPPING', 'SESSION'], 'value');
    case 'cleanupPolicy':
      return quoted(['delete', 'compact'], 'value');
    case 'other':
      return [];
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
