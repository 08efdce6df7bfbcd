import type { Row, SqlValue } from '../../serde/model/sql-value.ts';
import type { KStream } from '../../streams/builder/kstream.ts';
import type { KTable } from '../../streams/builder/ktable.ts';
import { JoinWindows } from '../../streams/windows/join-windows.ts';
import { assert } from '../../base/assert.ts';
import type { JoinStep, KeyByStep } from '../physical/steps.ts';
import { boundExpression, type Lowered, type LoweringContext, rowFunction } from './lowering-context.ts';
import { formatColumns, internalSerde, type Key, keySerde } from './row-serdes.ts';

type Joiner = (left: Row | null, right: Row | null, key: Key) => Row;

/** Keys a side of a join by another value; tables are kept anew under it. */
export function lowerKeyBy(step: KeyByStep, input: Lowered, context: LoweringContext): Lowered {
  const evaluate =
    step.key === undefined
      ? undefined
      : rowFunction(boundExpression(step.key, step.input.schema.row, context), context);
  const select = (key: Key, row: Row | null): Key => {
    if (evaluate === undefined) return key;
    const value = row === null ? null : evaluate(row);
    return (value === null ? null : [value]) as unknown as Key;
  };
  const keys = keySerde(step.formats.key, step.schema.key, undefined);
  const values = internalSerde('value', step.formats.value, formatColumns(step.schema.row));
  if (input.kind === 'STREAM') {
    return { kind: 'STREAM', stream: input.stream.selectKey(select, { keySerde: keys, valueSerde: values }) };
  }
  const table = input.table
    .toStream()
    .selectKey(select)
    .repartition({ name: `${step.id}-SelectKey`, keySerde: keys, valueSerde: values })
    .toTable({ storeName: `${step.id}-Materialize`, keySerde: keys, valueSerde: values });
  return { kind: 'TABLE', table };
}

/** Joins two inputs. RIGHT joins are LEFT joins with the sides changed. */
export function lowerJoin(
  step: JoinStep,
  sides: readonly [Lowered, Lowered],
  context: LoweringContext,
): Lowered {
  const [left, right] = sides;
  const joiner = rowJoiner(step);
  switch (step.kind) {
    case 'stream-stream':
      assert(left.kind === 'STREAM' && right.kind === 'STREAM', 'both sides are streams');
      return { kind: 'STREAM', stream: joinStreams(step, [left.stream, right.stream], joiner) };
    case 'stream-table':
      assert(left.kind === 'STREAM' && right.kind === 'TABLE', 'a stream is joined to a table');
      return { kind: 'STREAM', stream: joinStreamTable(step, left.stream, right.table, joiner) };
    case 'table-table':
      assert(left.kind === 'TABLE' && right.kind === 'TABLE', 'both sides are tables');
      return { kind: 'TABLE', table: joinTables(step, [left.table, right.table], joiner) };
    case 'foreign-key':
      assert(left.kind === 'TABLE' && right.kind === 'TABLE', 'both sides are tables');
      return { kind: 'TABLE', table: joinForeignKey(step, [left.table, right.table], joiner, context) };
  }
}

/** Puts two rows beside each other, nulls for one that is missing, and the key behind them where it has a name of its own. */
function rowJoiner(step: JoinStep): Joiner {
  const leftNulls: Row = step.left.schema.row.map(() => null);
  const rightNulls: Row = step.right.schema.row.map(() => null);
  if (!step.keyInRow) return (left, right) => (left ?? leftNulls).concat(right ?? rightNulls);
  return (left, right, key) => {
    const row: SqlValue[] = (left ?? leftNulls).concat(right ?? rightNulls);
    row.push((key as Row | null)?.[0] ?? null);
    return row;
  };
}

const swapped =
  (joiner: Joiner): Joiner =>
  (right, left, key) =>
    joiner(left, right, key);

interface Serdes {
  readonly keySerde: ReturnType<typeof keySerde>;
  readonly left: ReturnType<typeof internalSerde>;
  readonly right: ReturnType<typeof internalSerde>;
}

function serdesOf(step: JoinStep): Serdes {
  return {
    keySerde: keySerde(step.formats.key, step.schema.key, step.window),
    left: internalSerde('value', step.formats.left, formatColumns(step.left.schema.row)),
    right: internalSerde('value', step.formats.right, formatColumns(step.right.schema.row)),
  };
}

function joinStreams(
  step: JoinStep,
  [left, right]: readonly [KStream<Key, Row>, KStream<Key, Row>],
  joiner: Joiner,
): KStream<Key, Row> {
  const serdes = serdesOf(step);
  const forward = {
    name: step.id,
    keySerde: serdes.keySerde,
    valueSerde: serdes.left,
    otherValueSerde: serdes.right,
  };
  switch (step.type) {
    case 'INNER':
      return left.join(right, joiner, joinWindows(step), forward);
    case 'LEFT':
      return left.leftJoin(right, joiner, joinWindows(step), forward);
    case 'OUTER':
      return left.outerJoin(right, joiner, joinWindows(step), forward);
    case 'RIGHT': {
      const backward = { ...forward, valueSerde: serdes.right, otherValueSerde: serdes.left };
      return right.leftJoin(left, swapped(joiner), joinWindows(step, true), backward);
    }
  }
}

function joinWindows(step: JoinStep, flipped = false): JoinWindows {
  const { beforeMs: first, afterMs: second, graceMs } = step.within ?? { beforeMs: 0, afterMs: 0 };
  const [beforeMs, afterMs] = flipped ? [second, first] : [first, second];
  if (graceMs === undefined) return JoinWindows.of(beforeMs).after(afterMs);
  return JoinWindows.ofTimeDifferenceAndGrace({ differenceMs: beforeMs, gracePeriodMs: graceMs }).after(
    afterMs,
  );
}

function joinStreamTable(
  step: JoinStep,
  stream: KStream<Key, Row>,
  table: KTable<Key, Row>,
  joiner: Joiner,
): KStream<Key, Row> {
  const { keySerde: keys, left, right } = serdesOf(step);
  const joined = { name: step.id, keySerde: keys, valueSerde: left, otherValueSerde: right };
  return step.type === 'LEFT' ? stream.leftJoin(table, joiner, joined) : stream.join(table, joiner, joined);
}

function joinTables(
  step: JoinStep,
  [left, right]: readonly [KTable<Key, Row>, KTable<Key, Row>],
  joiner: Joiner,
): KTable<Key, Row> {
  switch (step.type) {
    case 'INNER':
      return left.join(right, joiner);
    case 'LEFT':
      return left.leftJoin(right, joiner);
    case 'OUTER':
      return left.outerJoin(right, joiner);
    case 'RIGHT':
      return right.leftJoin(left, swapped(joiner));
  }
}

function joinForeignKey(
  step: JoinStep,
  [left, right]: readonly [KTable<Key, Row>, KTable<Key, Row>],
  joiner: Joiner,
  context: LoweringContext,
): KTable<Key, Row> {
  const { foreignKey: expression } = step;
  assert(expression !== undefined, 'a foreign-key join has one');
  const evaluate = rowFunction(boundExpression(expression, step.left.schema.row, context), context);
  const foreignKey = (row: Row): Key | null => {
    const value = evaluate(row);
    return value === null ? null : [value];
  };
  const { keySerde: keys } = serdesOf(step);
  const options = {
    foreignKey,
    keySerde: keys,
    valueSerde: internalSerde('value', step.formats.left, formatColumns(step.schema.row)),
  };
  return step.type === 'LEFT' ? left.leftJoin(right, joiner, options) : left.join(right, joiner, options);
}
