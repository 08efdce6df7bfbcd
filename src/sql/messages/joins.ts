import type { RefusalFamily } from '../../base/errors.ts';
import { quoteName } from '../../base/sql-quotes.ts';
import { printType, type SqlType } from '../../serde/model/sql-type.ts';
import { issue } from './refusal.ts';

/** A side of a join condition and its type. */
interface TypedSide {
  readonly text: string;
  readonly type: SqlType;
}

const FOREIGN_KEY_JOINS =
  'tables are joined on another column than the key with JOIN or LEFT JOIN; a join on both keys may be RIGHT or FULL';

/** The kinds of sources that have no windows to join within. */
const unwindowed = {
  'Stream-Table': { clause: 'ie.', again: 'join' },
  'Table-Table': { clause: 'i.e.', again: 'Table-Table join' },
} as const;

const keyHint = (key: string | undefined): { readonly hint?: string } =>
  key === undefined ? {} : { hint: `the table's key is ${key}` };

/** JOIN: its condition, what can be joined with what, and by what. */
export const joinMessages = {
  severalConditions: (condition: string) => ({
    message: `Invalid join condition: joins on multiple conditions are not yet supported. Got ${condition}.`,
    hint: 'one equality is the condition of the join: the others stand in WHERE',
  }),
  noEquality: () => ({
    message: 'Only equality join criteria is supported.',
    hint: 'one equality is the condition of the join: ON a.id = b.id; others stand in WHERE',
  }),
  sideWithoutSource: (side: string, condition: string) => ({
    message:
      `Invalid comparison expression '${side}' in join '${condition}'. ` +
      'Each side of the join comparision must contain references from exactly one source.',
  }),
  sameSide: (left: string, right: string) => ({
    message:
      'Each side of the join must reference exactly one source and not the same source. ' +
      `Left side references ${quoteName(left)} and right references ${quoteName(right)}`,
  }),
  withoutJoined: (facts: { readonly joined: string; readonly left: string; readonly right: string }) => ({
    message:
      `A join criteria is expected to reference the source (${quoteName(facts.joined)}) in the FROM clause, ` +
      `instead the right source references ${quoteName(facts.right)} and the left source references ${quoteName(facts.left)}`,
  }),
  typesDiffer: (
    left: TypedSide,
    right: TypedSide,
    cast: { readonly text: string; readonly to: SqlType },
  ) => ({
    message:
      `Invalid join condition: types don't match. Got ${left.text}{${printType(left.type)}} = ` +
      `${right.text}{${printType(right.type)}}.`,
    hint: `cast one of them: CAST(${cast.text} AS ${printType(cast.to)})`,
  }),

  selfJoin: (source: string) => ({
    message: `Can not join '${source}' to '${source}': self joins are not yet supported.`,
  }),
  sourceTwice: (source: string) => ({
    message: `N-way joins do not support multiple occurrences of the same source. Source: '${source}'.`,
  }),
  aliasTwice: (alias: string) => ({
    message: `Each side of the join must have a different alias: ${alias}`,
  }),

  /** `joined`: the source that is joined, with the name that the statement gives it. */
  streamStreamWithoutWithin: (joined: string, condition: string) => ({
    message: 'Stream-Stream joins must have a WITHIN clause specified. None was provided.',
    hint: `say how far apart in time two rows may be: JOIN ${joined} WITHIN 1 HOUR ON ${condition}`,
  }),
  withinOfTable: (kinds: keyof typeof unwindowed) => ({
    message:
      `A window definition was provided for a ${kinds} join. These joins are not windowed. ` +
      `Please drop the window definition (${unwindowed[kinds].clause} the WITHIN clause) and try to execute your ` +
      `${unwindowed[kinds].again} again.`,
  }),
  /** `names`: `ORDERS LEFT USERS`, the names of the sources and the type of the join. */
  tableStream: (names: string, sources: { readonly table: string; readonly stream: string }) => ({
    message: `Invalid join order: table-stream joins are not supported; only stream-table joins. Got ${names}.`,
    hint: `write the stream first: FROM ${sources.stream} JOIN ${sources.table}`,
  }),
  streamTableType: (names: string, kind: 'full-outer' | 'right-outer') => ({
    message: `Invalid join type: ${kind} join not supported for stream-table join. Got ${names}.`,
    hint: 'a stream is joined to a table with JOIN or LEFT JOIN: rows of the table alone are no result',
  }),
  streamTableKey: (condition: string, key: string | undefined) => ({
    message: `Invalid join condition: stream-table joins require to join on the table's primary key. Got ${condition}.`,
    ...keyHint(key),
  }),
  tableTableKey: (condition: string, key: string | undefined) => ({
    message:
      'Invalid join condition: table-table joins require to join on the primary key of the right input table. ' +
      `Got ${condition}.`,
    ...keyHint(key),
  }),
  foreignKeyFull: (names: string) => ({
    message: `Invalid join type: full-outer join not supported for foreign-key table-table join. Got ${names}.`,
    hint: FOREIGN_KEY_JOINS,
  }),
  foreignKeyRight: () => ({
    message: 'RIGHT OUTER JOIN on a foreign key is not supported',
    hint: FOREIGN_KEY_JOINS,
  }),
  foreignKeyNWay: (condition: string) => ({
    message: `Invalid join condition: foreign-key table-table joins are not supported as part of n-way joins. Got ${condition}.`,
    hint: 'join two of the tables in a table of their own: CREATE TABLE name AS SELECT ...',
  }),
  /** A column says nothing of the window that the other table's key has. */
  foreignKeyWindowed: () => ({
    message: 'Foreign-key table-table joins are not supported on windowed tables.',
    hint: 'windowed tables of the same windows are joined on their keys',
  }),

  windowedWithPlain: (sides: readonly string[]) => ({
    message: `Can not join windowed source to non-windowed source.\n${sides.join('\n')}`,
  }),
  windowsDiffer: (sides: readonly string[]) => ({
    message: `Incompatible windowed sources.\n${sides.join('\n')}`,
  }),
  windowedSide: (source: string, window: string | undefined) => ({
    message: `${quoteName(source)} is ${window === undefined ? 'not windowed' : `${window} windowed`}`,
  }),
  repartitionOfWindowed: () => ({
    message: `Implicit repartitioning of windowed sources is not supported. See ${issue(4385)}.`,
    hint: 'windowed sources of the same windows are joined on their keys',
  }),
  partitions: (facts: {
    readonly left: { readonly alias: string; readonly partitions: number };
    readonly right: {
      readonly alias: string;
      readonly partitions: number;
      readonly name: string;
      readonly kind: string;
    };
  }) => {
    const { left, right } = facts;
    return {
      message:
        `Can't join ${quoteName(left.alias)} with ${quoteName(right.alias)} since the number of partitions don't match. ` +
        `${quoteName(left.alias)} partitions = ${left.partitions}; ${quoteName(right.alias)} partitions = ${right.partitions}. ` +
        'Please repartition either one so that the number of partitions match.',
      hint:
        `a copy with as many partitions: CREATE ${right.kind} name WITH (PARTITIONS=${left.partitions}) AS ` +
        `SELECT * FROM ${right.name};`,
    };
  },
} satisfies RefusalFamily;
