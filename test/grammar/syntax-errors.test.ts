import { describe, expect, it } from 'vitest';
import { parse, parseTolerantly, renderDiagnostic } from '../../grammar/index.ts';
import { DiagnosticError } from '../../src/base/errors.ts';
import { checkBeginnings } from './check-beginnings.ts';

function errorOf(text: string): DiagnosticError {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof DiagnosticError) return error;
    throw error;
  }
  throw new Error('it parsed');
}

/** What is written in other dialects, and the hint that it is answered with. */
const ELSEWHERE: readonly (readonly [string, RegExp])[] = [
  ['UPDATE s SET a = 1;', /replaced by the next one with its key/],
  ['DELETE FROM s;', /a record with its key and no value/],
  ['USE db;', /there are no databases/],
  ['WITH a AS (SELECT * FROM s) SELECT * FROM a;', /CREATE STREAM name AS SELECT/],
  ['CREATE VIEW v AS SELECT * FROM s;', /CREATE TABLE name AS SELECT/],
  ['SELECT * FROM s ORDER BY a;', /there is no ORDER BY/],
  ['SELECT * FROM s WHERE a = 1 ORDER BY a;', /there is no ORDER BY/],
  ['SELECT DISTINCT a FROM s;', /there is no SELECT DISTINCT: GROUP BY/],
  ['SELECT * FROM a, b;', /FROM a JOIN b ON a.id = b.id/],
  ['SELECT * FROM a x, b y WHERE x.i = y.i;', /FROM a JOIN b/],
  ['SELECT * FROM (SELECT * FROM s);', /CREATE STREAM name AS SELECT/],
  ['SELECT * FROM a UNION SELECT * FROM b;', /INSERT INTO name SELECT/],
  ['SELECT * FROM a UNION ALL SELECT * FROM b;', /INSERT INTO name SELECT/],
  ['SELECT SUM(a) OVER (PARTITION BY b) FROM s;', /WINDOW TUMBLING/],
  ['SELECT * FROM s LIMIT 5 OFFSET 5;', /there is no OFFSET/],
  ['CREATE STREAM s (a DECIMAL) WITH (x=1);', /DECIMAL\(10, 2\)/],
  ['SELECT CAST(a AS DECIMAL', /DECIMAL\(10, 2\)/],
  [
    'SELECT a FROM s WINDOW HOPPING (SIZE 10 SECONDS) GROUP BY a;',
    /HOPPING \(SIZE 10 SECONDS, ADVANCE BY 1 SECOND\)/,
  ],
  [
    'SELECT a FROM s WINDOW HOPPING (SIZE 10 SECONDS, GRACE PERIOD 1 HOUR) GROUP BY a;',
    /HOPPING \(SIZE 10 SECONDS, ADVANCE BY/,
  ],
  [
    'SELECT a FROM s WINDOW TUMBLING (SIZE 1 HOUR, GRACE PERIOD 1 HOUR, RETENTION 1 DAY) GROUP BY a;',
    /^RETENTION stands before GRACE PERIOD$/,
  ],
  [
    'SELECT a FROM s WINDOW TUMBLING (SIZE 1 HOUR, ADVANCE BY 1 MINUTE) GROUP BY a;',
    /are HOPPING \(SIZE 1 HOUR, ADVANCE BY/,
  ],
  ['SELECT a FROM s GROUP BY a WINDOW TUMBLING (SIZE 1 HOUR);', /WINDOW stands behind the source/],
  [
    'SELECT a FROM s WHERE b > 1 WINDOW TUMBLING (SIZE 1 HOUR) GROUP BY a;',
    /WINDOW stands behind the source/,
  ],
  ['SELECT a FROM s WINDOW SLIDING (SIZE 1 HOUR) GROUP BY a;', /there is no sliding window: HOPPING/],
  ['SELECT a FROM s WINDOW SESSION (SIZE 1 HOUR) GROUP BY a;', /SESSION \(10 MINUTES\)/],
  ['SELECT a FROM s WINDOW TUMBLING (1 HOUR) GROUP BY a;', /TUMBLING \(SIZE 1 HOUR\)/],
  ['SELECT a FROM s WINDOW TUMBLING (SIZE 2 WEEKS) GROUP BY a;', /: 14 DAYS$/],
  ['SELECT a FROM s WINDOW TUMBLING (SIZE 1.5 HOURS) GROUP BY a;', /90 MINUTES/],
  ['SELECT * FROM a CROSS JOIN b EMIT CHANGES;', /FROM a JOIN b ON a.id = b.id/],
  ['SELECT * FROM a CROSS JOIN b;', /FROM a JOIN b ON a.id = b.id/],
  ['SELECT * FROM a JOIN b USING (id);', /FROM a JOIN b ON a.id = b.id/],
  ['SELECT * FROM a JOIN b WITHIN 1 HOUR USING (id);', /FROM a JOIN b ON a.id = b.id/],
  [
    'SELECT * FROM a JOIN b WITHIN (3 SECONDS) ON a.i = b.i;',
    /WITHIN 3 SECONDS, .*WITHIN \(3 SECONDS, 3 SECONDS\)/,
  ],
  ['SELECT * FROM a JOIN b ON a.i = b.i WITHIN 3 SECONDS;', /WITHIN stands before ON/],
];

describe('syntax errors', () => {
  it.each([
    ['SELEC 1;', "line 1:1: Syntax Error\nUnknown statement 'SELEC'", 'SELECT'],
    [
      'CREATE STRAM s;',
      "line 1:8: Syntax Error\nExpecting {'TYPE', 'SOURCE', 'SINK', 'AGGREGATE', 'TABLE', 'FUNCTION', 'STREAM'}",
      'STREAM',
    ],
    ["RUN SCRIPT 'x';", "line 1:1: Syntax Error\nUnknown statement 'RUN'", undefined],
    [
      'ASSERT VALUES s (a) VALUES (1);',
      'line 1:1: Syntax Error\nASSERT VALUES is a statement for test files only',
      undefined,
    ],
    [
      'ASSERT NULL VALUES s (a) KEY (1);',
      'line 1:1: Syntax Error\nASSERT NULL VALUES is a statement for test files only',
      undefined,
    ],
    [
      "ASSERT TABLE s (a INT) WITH (KAFKA_TOPIC='s');",
      'line 1:1: Syntax Error\nASSERT TABLE is a statement for test files only',
      undefined,
    ],
    ['SELECT * FROM s ORDER BY a;', 'line 1:23: Syntax Error\n', undefined],
    ['SELECT a FROM', 'line 1:14: Syntax Error\nExpecting IDENTIFIER', undefined],
    ["SELECT 'a FROM b;", 'line 1:8: Syntax Error\nString is not closed', undefined],
    ['SELECT ? FROM b;', "line 1:8: Syntax Error\nUnexpected character '?'", undefined],
    ['SELECT CAST(a AS NULL) FROM b;', "Syntax error at or near 'NULL' at line 1:18", undefined],
    ['CREATE STREAM s (a INT(3) (4));', "line 1:27: Syntax Error\nExpecting {',', ')'}", undefined],
    ['SELECT a, FROM b;', "line 1:11: Syntax Error\nUnexpected 'FROM'", undefined],
  ])('%s', (text, message, suggestion) => {
    const { diagnostic } = errorOf(text);
    expect(diagnostic.message).toBe(message);
    expect(diagnostic.suggestion).toBe(suggestion);
  });

  it.each(ELSEWHERE)('says what there is instead: %s', (text, hint) => {
    const { diagnostic } = errorOf(text);
    expect(diagnostic.hint).toMatch(hint);
    expect(diagnostic.suggestion).toBeUndefined();
  });

  checkBeginnings([
    ...ELSEWHERE.map(([text]) => text),
    'INSERT s VALUES (1);',
    "UNSET 'a.b';",
    "SET 'a'='b';",
  ]);

  it('hints at nothing else: a reserved word still has its own', () => {
    expect(errorOf('SELECT a FROM b WHERE c, d;').diagnostic.hint).toBeUndefined();
  });

  it.each([
    ['SHOW STREAM;', 'STREAMS'],
    ['SHOW TABLE;', 'TABLES'],
    ['LIST QUERY;', 'QUERIES'],
    ['SHOW PROPERTY;', 'PROPERTIES'],
    ['SHOW TOPIC;', 'TOPICS'],
    ['SHOW FUNCTION;', 'FUNCTIONS'],
  ])('knows the plural: %s', (text, suggestion) => {
    expect(errorOf(text).diagnostic.suggestion).toBe(suggestion);
  });

  it('points at the place, in the line it is in', () => {
    const text = 'SELECT a,\n\tb c d\nFROM x;';
    const rendered = renderDiagnostic(text, errorOf(text).diagnostic);
    expect(rendered).toContain('  line 2:6\n  | \tb c d\n  | \t    ^');
  });

  it('shows of a long line what is around the place', () => {
    const text = `SELECT ${'a, '.repeat(100_000)}b c d, ${'e, '.repeat(100_000)}f FROM x;`;
    const rendered = renderDiagnostic(text, errorOf(text).diagnostic);
    expect(rendered.length).toBeLessThan(3_000);
    const [line = '', carets = ''] = rendered.split('\n').filter((each) => each.startsWith('  | '));
    expect(line.slice(carets.indexOf('^')).startsWith('d, e, ')).toBe(true);
    expect(line).toMatch(/^ {2}\| …a, .*…$|^ {2}\| …, a.*…$|^ {2}\| … a.*…$/);
  });

  it('knows the place after the last word', () => {
    const { diagnostic } = errorOf('SELECT a\nFROM');
    expect(diagnostic.span).toEqual({ start: 13, end: 13, line: 2, column: 5 });
  });

  it('suggests quoting a reserved word', () => {
    expect(errorOf('SELECT values FROM b;').diagnostic.hint).toBe('quote it: "VALUES"');
  });

  it('goes on after an error for an editor', () => {
    const { statements, diagnostics } = parseTolerantly('SHOW STREAMS; SELECT FROM; SHOW TABLES; DROP x;');
    expect(statements.map(({ text }) => text)).toEqual(['SHOW STREAMS;', 'SHOW TABLES;']);
    expect(diagnostics.map(({ span }) => span?.line)).toEqual([1, 1]);
  });

  it('recovers its state after a lambda that broke off', () => {
    expect(() => parse('SELECT f(x => x + ) FROM b;')).toThrow('Syntax Error');
    const [statement] = parse('SELECT x FROM b;');
    expect(statement?.kind === 'QueryStatement' && statement.query.select[0]).toMatchObject({
      expression: { kind: 'ColumnReference', name: 'X' },
    });
  });
});

describe('variables', () => {
  const variables = new Map([
    ['TOPIC', "'t'"],
    ['N', '-3'],
    ['NAME', 'my_stream'],
    ['EVIL', '1; DROP STREAM s'],
  ]);

  it('stand for identifiers, literals and parts of strings', () => {
    const [statement] = parse(
      "CREATE STREAM ${name} (a INT) WITH (KAFKA_TOPIC=${topic}, x=${n}, y='-${name}-');",
      {
        variables,
      },
    );
    expect(statement).toMatchObject({
      name: 'MY_STREAM',
      properties: [
        { value: { kind: 'StringLiteral', value: 't' } },
        { value: { kind: 'IntegerLiteral', text: '-3' } },
        { value: { kind: 'StringLiteral', value: '-my_stream-' } },
      ],
    });
  });

  it('bring no syntax in', () => {
    expect(() => parse('SHOW ${evil};', { variables })).toThrow('neither an identifier nor a literal');
    expect(() => parse('SELECT ${missing} FROM s;', { variables })).toThrow('undefined variable: missing');
  });

  it('are defined by the script for what follows', () => {
    const statements = parse("DEFINE x = 'abc'; SELECT ${x} FROM s; UNDEFINE x;");
    expect(statements[1]).toMatchObject({ query: { select: [{ expression: { name: 'ABC' } }] } });
    expect(() => parse("DEFINE x = 'abc'; UNDEFINE x; SELECT ${x} FROM s;")).toThrow('undefined variable');
  });
});
