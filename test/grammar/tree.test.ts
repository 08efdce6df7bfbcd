import { expect, it } from 'vitest';
import { allAtOnce } from '../../src/base/pieces.ts';
import { parse } from '../../grammar/parse.ts';
import { printTree } from '../../grammar/printer/tree.ts';

function treeOf(sql: string): string {
  const [statement] = parse(sql);
  if (statement === undefined) throw new Error('no statement');
  return `\n${allAtOnce(printTree(statement))}\n`;
}

it('prints a statement as a tree: kinds and words, without places', () => {
  expect(
    treeOf(
      'CREATE TABLE n WITH (PARTITIONS=2) AS SELECT f.origin AS o, COUNT(*) AS n FROM flights f ' +
        'JOIN airports a ON f.origin = a.code WINDOW TUMBLING (SIZE 1 HOUR) WHERE delay > -10 ' +
        'GROUP BY f.origin HAVING COUNT(*) > 1;',
    ),
  ).toBe(`
CreateSourceAs sourceKind TABLE orReplace false ifNotExists false name N
  query: Query
    select: SelectExpression alias O
      expression: ColumnReference source F name ORIGIN
    select: SelectExpression alias N
      expression: FunctionCall name COUNT star true
    from: FromClause
      source: AliasedSource name FLIGHTS alias F
      joins: JoinedSource type INNER
        source: AliasedSource name AIRPORTS alias A
        on: Comparison operator =
          left: ColumnReference source F name ORIGIN
          right: ColumnReference source A name CODE
    window: TumblingWindow
      size: Duration amount 1 unit HOURS
    where: Comparison operator >
      left: ColumnReference name DELAY
      right: IntegerLiteral text -10
    groupBy: GroupBy
      expressions: ColumnReference source F name ORIGIN
    having: Comparison operator >
      left: FunctionCall name COUNT star true
      right: IntegerLiteral text 1
  properties: Property name PARTITIONS
    value: IntegerLiteral text 2
`);
  expect(
    treeOf("SELECT TRANSFORM(tags, (t) => CASE WHEN t LIKE 'a%' THEN 1 END) FROM s EMIT CHANGES;"),
  ).toBe(`
QueryStatement
  query: Query emit CHANGES
    select: SelectExpression
      expression: FunctionCall name TRANSFORM
        arguments: ColumnReference name TAGS
        arguments: Lambda
          parameters: T
          body: SearchedCase
            branches: WhenClause
              when: Like
                operand: LambdaVariable name T
                pattern: StringLiteral value a%
              result: IntegerLiteral text 1
    from: FromClause
      source: AliasedSource name S alias S
`);
});

it('prints a long statement in pieces, of which none is long', () => {
  const items = Array.from({ length: 1_000 }, (_, index) => `n + ${index} AS c${index}`);
  const [statement] = parse(`SELECT ${items.join(', ')} FROM s EMIT CHANGES;`);
  if (statement === undefined) throw new Error('no statement');
  const work = printTree(statement);
  let pieces = 1;
  let step = work.next();
  for (; step.done !== true; step = work.next()) pieces += 1;
  expect(step.value).toBe(allAtOnce(printTree(statement)));
  expect(step.value.split('\n').length / pieces).toBeLessThanOrEqual(1_000);
});
