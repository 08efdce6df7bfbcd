import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Expression, TypeNode } from '../../grammar/ast.ts';
import {
  formatExpression,
  formatStatement,
  formatType,
  parse,
  parseExpression,
  parseType,
} from '../../grammar/index.ts';

const span = { start: 0, end: 0, line: 1, column: 1 };

/** Everything but the places. */
function bare(node: unknown): unknown {
  return JSON.parse(
    JSON.stringify(node, (name, value: unknown) => (/span$/i.test(name) ? undefined : value)),
  );
}

const anyName = fc.oneof(
  fc.constantFrom('A', 'COL_1', 'select', 'EMIT', 'ARRAY', 'MAP', 'KEY', 'YEAR', 'DAYS', 'X@Y'),
  fc.string({ minLength: 1, maxLength: 6 }).filter((name) => !name.includes('$')),
);
const anyText = fc.string({ maxLength: 8 }).filter((text) => !text.includes('${'));

const literal: fc.Arbitrary<Expression> = fc.oneof(
  fc.constant<Expression>({ kind: 'NullLiteral', span }),
  fc.boolean().map((value): Expression => ({ kind: 'BooleanLiteral', value, span })),
  fc.bigInt().map((value): Expression => ({ kind: 'IntegerLiteral', text: String(value), span })),
  fc
    .tuple(fc.integer(), fc.nat())
    .map(([whole, part]): Expression => ({ kind: 'DecimalLiteral', text: `${whole}.${part}`, span })),
  fc.integer().map((value): Expression => ({ kind: 'DoubleLiteral', text: `${value}E5`, span })),
  anyText.map((value): Expression => ({ kind: 'StringLiteral', value, span })),
);

const type: fc.Arbitrary<TypeNode> = fc.letrec<{ type: TypeNode }>((tie) => ({
  type: fc.oneof(
    { depthSize: 'small' },
    fc
      .constantFrom('INTEGER', 'STRING', 'BOOLEAN', 'MY_TYPE')
      .map((name): TypeNode => ({ kind: 'NamedType', name, span })),
    fc.nat(30).map((scale): TypeNode => ({ kind: 'DecimalType', precision: 38, scale, span })),
    tie('type').map((element): TypeNode => ({ kind: 'ArrayType', element, span })),
    fc
      .tuple(tie('type'), tie('type'))
      .map(([key, value]): TypeNode => ({ kind: 'MapType', key, value, span })),
    fc.array(fc.tuple(anyName, tie('type')), { maxLength: 3 }).map(
      (fields): TypeNode => ({
        kind: 'StructType',
        fields: fields.map(([name, field]) => ({ kind: 'StructTypeField', name, type: field, span })),
        span,
      }),
    ),
  ),
})).type;

const expression: fc.Arbitrary<Expression> = fc.letrec<{ e: Expression }>((tie) => {
  const e = tie('e');
  return {
    e: fc.oneof(
      { depthSize: 'small' },
      literal,
      anyName.map((name): Expression => ({ kind: 'ColumnReference', name, span })),
      fc
        .tuple(anyName, anyName)
        .map(([source, name]): Expression => ({ kind: 'ColumnReference', source, name, span })),
      fc
        .tuple(fc.constantFrom('+' as const, '-' as const, '*' as const, '/' as const, '%' as const), e, e)
        .map(([operator, left, right]): Expression => ({ kind: 'Arithmetic', operator, left, right, span })),
      fc
        .tuple(fc.constantFrom('=' as const, '<>' as const, '<' as const, 'IS DISTINCT FROM' as const), e, e)
        .map(([operator, left, right]): Expression => ({ kind: 'Comparison', operator, left, right, span })),
      fc
        .tuple(fc.constantFrom('AND' as const, 'OR' as const), e, e)
        .map(([operator, left, right]): Expression => ({ kind: 'Logical', operator, left, right, span })),
      e.map((operand): Expression => ({ kind: 'Not', operand, span })),
      e.map((operand): Expression => ({ kind: 'Sign', operator: '-', operand, span })),
      fc
        .tuple(e, e, e)
        .map(([operand, low, high]): Expression => ({ kind: 'Between', operand, low, high, span })),
      fc
        .tuple(e, fc.array(e, { minLength: 1, maxLength: 3 }))
        .map(([operand, list]): Expression => ({ kind: 'In', operand, list, span })),
      fc
        .tuple(e, e)
        .map(([operand, pattern]): Expression => ({ kind: 'Like', operand, pattern, escape: '!', span })),
      e.map((operand): Expression => ({ kind: 'IsNotNull', operand, span })),
      fc.tuple(e, e, e).map(
        ([when, result, otherwise]): Expression => ({
          kind: 'SearchedCase',
          branches: [{ kind: 'WhenClause', when, result, span }],
          otherwise,
          span,
        }),
      ),
      fc.tuple(e, type).map(([operand, to]): Expression => ({ kind: 'Cast', operand, type: to, span })),
      fc
        .array(e, { maxLength: 3 })
        .map((elements): Expression => ({ kind: 'ArrayConstructor', elements, span })),
      fc.tuple(e, e).map(
        ([key, value]): Expression => ({
          kind: 'MapConstructor',
          entries: [{ kind: 'MapEntry', key, value, span }],
          span,
        }),
      ),
      fc.tuple(anyName, e).map(
        ([name, value]): Expression => ({
          kind: 'StructConstructor',
          fields: [{ kind: 'StructFieldValue', name, value, span }],
          span,
        }),
      ),
      fc.tuple(e, e).map(([base, index]): Expression => ({ kind: 'Subscript', base, index, span })),
      fc.tuple(e, anyName).map(([base, field]): Expression => ({ kind: 'Dereference', base, field, span })),
      fc
        .tuple(anyName, fc.array(e, { maxLength: 3 }))
        .map(([name, list]): Expression => ({ kind: 'FunctionCall', name, arguments: list, span })),
    ),
  };
}).e;

describe('printing and reading again', () => {
  it('gives the same expression', () => {
    fc.assert(
      fc.property(expression, (tree) => {
        expect(bare(parseExpression(formatExpression(tree)))).toEqual(bare(tree));
      }),
      { numRuns: 500 },
    );
  });

  it('gives the same type', () => {
    fc.assert(
      fc.property(type, (tree) => {
        expect(bare(parseType(formatType(tree)))).toEqual(bare(tree));
      }),
    );
  });

  it.each([
    "CREATE OR REPLACE STREAM s (k INT KEY, `v` STRUCT<a INT, b ARRAY<MAP<STRING, DECIMAL(4, 2)>>>, h BYTES HEADER('x'), hs ARRAY<STRUCT<key STRING, value BYTES>> HEADERS) WITH (KAFKA_TOPIC='t', 'value_format'='JSON', PARTITIONS=3, WRAP_SINGLE_VALUE=false)",
    "CREATE SOURCE TABLE IF NOT EXISTS t (k INT PRIMARY KEY) WITH (KAFKA_TOPIC='t')",
    'CREATE TABLE t AS SELECT a, COUNT(*) n, s->*, x.* FROM s x WINDOW HOPPING (SIZE 1 HOUR, ADVANCE BY 5 MINUTES, RETENTION 2 DAYS, GRACE PERIOD 1 SECOND) WHERE a IN (1, 2) GROUP BY (a, b) HAVING COUNT(*) > 1 EMIT FINAL',
    'SELECT * FROM a JOIN b WITHIN (1 HOUR, 2 HOURS) GRACE PERIOD 1 DAY ON a.x = b.x LEFT JOIN c ON a.x = c.x FULL OUTER JOIN d WITHIN 5 MINUTES ON a.x = d.x EMIT CHANGES LIMIT 3',
    "SELECT TRANSFORM(m, (k, v) => UCASE(k), (k, v) => v + 1), f(DAYS, 1), x AT TIME ZONE 'UTC' FROM s WINDOW SESSION (5 MINUTES) GROUP BY x",
    "INSERT INTO a WITH (QUERY_ID='q') SELECT * FROM b PARTITION BY NULL",
    "INSERT INTO a (x, y) VALUES (-1, 'it''s')",
    'DROP STREAM IF EXISTS s DELETE TOPIC',
    'DROP TYPE t',
    'DROP CONNECTOR IF EXISTS c',
    'ALTER STREAM s ADD COLUMN a INT, ADD b STRING',
    "ALTER SYSTEM 'a'='b'",
    'CREATE TYPE IF NOT EXISTS t AS STRUCT<a INT>',
    "CREATE SINK CONNECTOR c WITH ('connector.class'='x')",
    'TERMINATE ALL',
    'PAUSE q_1',
    'RESUME q_1',
    'EXPLAIN q_1',
    'EXPLAIN SELECT a FROM b EMIT CHANGES',
    'SHOW ALL TOPICS EXTENDED',
    'LIST SOURCE CONNECTORS',
    'SHOW CONNECTOR PLUGINS',
    'SHOW QUERIES EXTENDED',
    'DESCRIBE s EXTENDED',
    'DESCRIBE STREAMS',
    'DESCRIBE FUNCTION f',
    'DESCRIBE CONNECTOR c',
    "PRINT 'my-topic' FROM BEGINNING INTERVAL 2 LIMIT 3",
    "SET 'a'='b'",
    "UNSET 'a'",
    "DEFINE v='x'",
    'UNDEFINE v',
    'ASSERT NOT EXISTS TOPIC t WITH (PARTITIONS=1) TIMEOUT 5 SECONDS',
    'ASSERT SCHEMA SUBJECT s ID 3 TIMEOUT 1 MINUTE',
  ])('gives the same statement: %s', (text) => {
    const [statement] = parse(`${text};`);
    if (statement === undefined) throw new Error('nothing was parsed');
    const [again] = parse(`${formatStatement(statement)};`);
    expect(bare(again)).toEqual(bare(statement));
  });

  it('keeps the statements of test scripts', () => {
    const script = `ASSERT VALUES s (a) VALUES (1); ASSERT NULL VALUES s (k) KEY (1);
      ASSERT STREAM s (a INT) WITH (KAFKA_TOPIC='t'); RUN SCRIPT 'x.sql';`;
    const statements = parse(script, { testStatements: true });
    const printed = statements.map((statement) => `${formatStatement(statement)};`).join('\n');
    expect(bare(parse(printed, { testStatements: true }))).toEqual(bare(statements));
  });
});
