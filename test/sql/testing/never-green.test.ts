import fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { printSummary, runTests } from '../../../src/sql/index.ts';
import { whyUnknown as checkProperty } from '../../../src/server/config/session-property.ts';
import { startCaseServer } from '../../../src/server/index.ts';

const folder = fs.mkdtempSync(path.join(tmpdir(), 'millrace-never-green-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));
let files = 0;

function file(name: string, text: string): string {
  const own = path.join(folder, String(files++));
  fs.mkdirSync(own);
  const written = path.join(own, name);
  fs.writeFileSync(written, text);
  return written;
}

/** What `millrace test` prints of one file, its path left out. */
async function outcome(written: string): Promise<string> {
  return printSummary(await runTests([written], { checkProperty, startServer: startCaseServer })).replaceAll(
    path.dirname(written),
    '.',
  );
}

const good = {
  name: 'late',
  statements: [
    "CREATE STREAM a (k STRING KEY, v INTEGER) WITH (KAFKA_TOPIC = 'a', VALUE_FORMAT = 'JSON');",
    'CREATE STREAM b AS SELECT * FROM a WHERE v > 1;',
  ],
  inputs: [{ topic: 'a', key: 'x', value: { v: 2 }, timestamp: 1 }],
  outputs: [{ topic: 'B', key: 'x', value: { V: 2 }, timestamp: 1 }],
};
const cases = (...tests: readonly object[]): string => JSON.stringify({ tests }, undefined, 1);

describe('a case', () => {
  it('passes, with all comments that people write into theirs', async () => {
    const commented = {
      ...good,
      comments: ['why'],
      'tracked by': 'me',
      extraCoverage: true,
      versions: { min: '1' },
    };
    expect(await outcome(file('c.json', cases(commented)))).toBe('1 passed, 0 failed');
  });

  const input = good.inputs[0];
  it.each([
    [
      { ...good, outptus: good.outputs, outputs: undefined },
      'the key outptus is not known; did you mean outputs?',
    ],
    [{ ...good, propertys: {} }, 'the key propertys is not known; did you mean properties?'],
    [{ ...good, statements: undefined }, 'statements is missing'],
    [{ ...good, statements: [] }, 'it has no statements'],
    [{ ...good, statements: 'SELECT 1;' }, 'statements: expected a list, got "SELECT 1;"'],
    [{ ...good, outputs: [] }, 'B: 1 records came that no output names'],
    [
      { ...good, statements: [...good.statements, 'CREATE STREAM c AS SELECT * FROM a;'] },
      'C: 1 records came that no output names',
    ],
    [
      { ...good, inputs: [input, { ...input, topic: 'aa' }] },
      'inputs[1]: nothing reads the topic aa; did you mean a?',
    ],
    [
      { ...good, inputs: [{ topic: 'a', key: 'x', vlaue: { v: 2 } }] },
      'inputs[0]: the key vlaue is not known; did you mean value?',
    ],
    [
      { ...good, inputs: [{ ...input, timestmap: 7 }] },
      'inputs[0]: the key timestmap is not known; did you mean timestamp?',
    ],
    [{ ...good, inputs: ['x'] }, 'inputs[0]: expected an object, got "x"'],
    [
      { ...good, properties: { 'bogus.property': '1' } },
      "properties.bogus.property: Not recognizable as ksql, streams, consumer, or producer property: 'bogus.property'",
    ],
    [
      { ...good, properties: { 'ksql.timestamp.throw.on.invald': '1' } },
      'did you mean ksql.timestamp.throw.on.invalid?',
    ],
    [
      { ...good, expectedException: { type: 'io.confluent.ksql.util.KsqlExcepton' } },
      'did you mean io.confluent.ksql.util.KsqlException?',
    ],
    [
      { ...good, expectedException: { mesage: 'x' } },
      'expectedException: the key mesage is not known; did you mean message?',
    ],
    [{ ...good, post: { source: [] } }, 'post: the key source is not known; did you mean sources?'],
  ])('is not green: %#', async (test, problem) => {
    const text = await outcome(file('c.json', cases({ ...good, name: 'before' }, test)));
    expect(text).toContain(problem);
    const line =
      cases({ ...good, name: 'before' }, test)
        .split('\n')
        .findIndex((each) => each.includes('"late"')) + 1;
    expect(text).toContain(`FAILED c - late (./c.json:${line})\n`);
    expect(text).toMatch(/^1 passed, 1 failed$/m);
  });

  it('of the REST API needs an answer for each SELECT, and the status that it says', async () => {
    const select = 'SELECT * FROM a EMIT CHANGES LIMIT 1;';
    const rest = { name: 'rest', statements: [good.statements[0], select], inputs: good.inputs };
    const missing = await outcome(file('r.json', cases({ ...rest, responses: [{ admin: {} }] })));
    expect(missing).toContain('expected 0 responses, and there are 1 SELECTs');
    const wrong = { ...rest, statements: ['SELECT * FROM nowhere;'], inputs: [] };
    const refused = (expectedError: object): Promise<string> =>
      outcome(file('r.json', cases({ ...wrong, expectedError })));
    const message = 'NOWHERE';
    expect(await refused({ message, status: 400 })).toBe('1 passed, 0 failed');
    expect(await refused({ message, status: 500 })).toContain('expected status 500, got 400');
    const statement = 'io.confluent.ksql.rest.entity.KsqlStatementErrorMessage';
    expect(await refused({ message, type: statement })).toBe('1 passed, 0 failed');
  });

  it('of the REST API compares the entities and every row', async () => {
    const select = 'SELECT k, v FROM a EMIT CHANGES LIMIT 1;';
    const rest = { name: 'rest', statements: [good.statements[0], select], inputs: good.inputs };
    const answered = (
      entity: object,
      columns: readonly unknown[],
      more: readonly object[] = [],
    ): Promise<string> => {
      const query = [
        { header: { schema: '`K` STRING, `V` INTEGER' } },
        { row: { columns } },
        ...more,
        { finalMessage: 'Limit Reached' },
      ];
      return outcome(file('r.json', cases({ ...rest, responses: [{ admin: entity }, { query }] })));
    };
    const created = { '@type': 'currentStatus' };
    expect(await answered(created, ['x', 2])).toBe('1 passed, 0 failed');
    expect(await answered({ '@type': 'streams' }, ['x', 2])).toContain('expected the entity');
    expect(await answered(created, ['x', 3])).toContain('expected {"row":{"columns":["x",3]}}');
    expect(await answered(created, ['x', 2], [{ row: { columns: ['x', 2] } }])).toContain(
      'expected 4 messages',
    );
  });

  it('of windows names those that it did not expect, and an exception its class', async () => {
    const counted = {
      ...good,
      statements: [
        good.statements[0],
        'CREATE TABLE b AS SELECT k, COUNT(*) AS n FROM a WINDOW TUMBLING (SIZE 5 SECONDS) GROUP BY k;',
      ],
      outputs: [{ topic: 'B', key: 'x', value: { N: 1 } }],
    };
    const text = await outcome(file('w.json', cases(counted)));
    expect(text).toContain('window: expected none, got 0-5000');
    const refused = (expectedException: object, statement: string): Promise<string> =>
      outcome(
        file('e.json', cases({ name: 'e', statements: [good.statements[0], statement], expectedException })),
      );
    const type = 'io.confluent.ksql.parser.exception.ParseFailedException';
    expect(await refused({ type }, 'CREATE STREAM b AS SELEKT;')).toBe('1 passed, 0 failed');
    const late = await refused({ type }, 'CREATE STREAM b AS SELECT k, v + k->x AS y FROM a;');
    expect(late).toContain(
      'expected the exception\n    io.confluent.ksql.parser.exception.ParseFailedException',
    );
  });

  it('that fails while it runs is compared by its cause', async () => {
    const failing = (expectedException: object): Promise<string> =>
      outcome(
        file(
          'f.json',
          cases({
            ...good,
            statements: [
              good.statements[0],
              'CREATE TABLE b AS SELECT k, SUM(CAST(v AS DECIMAL(2, 1))) AS s FROM a GROUP BY k;',
            ],
            inputs: Array.from({ length: 12 }, () => ({ topic: 'a', key: 'x', value: { v: 9 } })),
            outputs: [],
            expectedException,
          }),
        ),
      );
    const type = 'org.apache.kafka.streams.errors.StreamsException';
    const cause = 'io.confluent.ksql.function.KsqlFunctionException';
    expect(await failing({ type, cause, causeMessage: 'Numeric field overflow' })).toBe('1 passed, 0 failed');
    expect(await failing({ type, causeMessage: 'other' })).toContain('expected the cause\n    other');
    const serialization = 'org.apache.kafka.common.errors.SerializationException';
    expect(await failing({ type, cause: serialization })).toContain('expected the exception as its cause');
  });
});

describe('a script', () => {
  const begin = [
    '--@test: one',
    "CREATE STREAM a (id STRING KEY, v INTEGER) WITH (KAFKA_TOPIC = 'a', VALUE_FORMAT = 'JSON');",
    "INSERT INTO a (id, v) VALUES ('x', 1);",
  ];
  const script = (...lines: readonly string[]): string => file('s.sql', [...begin, ...lines].join('\n'));

  it('passes', async () => {
    expect(await outcome(script("ASSERT VALUES a (id, v) VALUES ('x', 1);"))).toBe('1 passed, 0 failed');
  });

  it.each([
    ["ASSERT VALUES a (id, v) VALUES ('x');", 4, 'Expected a value for each column: 2 for ID, V, got 1.'],
    ['ASSERT VALUES a (v, id) VALUES (1);', 4, 'Expected a value for each column: 2 for V, ID, got 1.'],
    [
      "ASSERT VALUES a (id, v) VALUES ('x', 1, 77);",
      4,
      'Expected a value for each column: 2 for ID, V, got 3.',
    ],
    ["\nASSERT VALUES a (id, v) VALUES ('x', 2);", 5, 'V: expected 2, got 1'],
    ['\nSELEKT 1;', 5, 'line 5:1: Syntax Error'],
    ['--@tset: two', 1, '--@tset: two is no directive that is known; did you mean --@test: ?'],
    ['-- @test: two', 1, 'is no directive that is known'],
    [
      '--@expected.error: io.confluent.ksql.util.Bogus',
      1,
      'io.confluent.ksql.util.Bogus is no class of errors that is known',
    ],
    ['--@expected.message: text', 1, '--@expected.message says nothing without --@expected.error'],
    ["SET 'bogus.property' = '1';", 4, "producer property: 'bogus.property'"],
    ["ASSERT VALUES a (id, v) VALUES ('x', 1);\n--@test: nothing\n-- here", 5, 'it has no statements'],
    ['', 1, 'nothing is tested: it has no ASSERT and no --@expected.error'],
    [
      "ASSERT STREAM a (id STRING KEY, v INTEGER) WITH (KAFKA_TOPIC = 'a', VALUE_FORMAT = 'JSON');",
      3,
      'nothing reads what is written to the topic a',
    ],
  ])('is not green: %s', async (lines, line, problem) => {
    const text = await outcome(script(lines));
    expect(text).toContain(problem);
    expect(text).toMatch(new RegExp(`^FAILED s - \\w+ \\(\\./s\\.sql:${line}\\)$`, 'm'));
    expect(text).toMatch(/, 1 failed$/m);
  });

  it('shows a BIGINT as SQL writes it', async () => {
    const lines = [
      '--@test: big',
      "CREATE STREAM a (id STRING KEY, v BIGINT) WITH (KAFKA_TOPIC = 'a', VALUE_FORMAT = 'JSON');",
      "INSERT INTO a (id, v) VALUES ('x', 9007199254740993);",
      "ASSERT VALUES a (id, v) VALUES ('x', 9007199254740992);",
    ];
    const text = await outcome(file('big.sql', lines.join('\n')));
    expect(text).toContain('V: expected 9007199254740992, got 9007199254740993.');
  });

  it('asserts the windows of a windowed source', async () => {
    const windowed = (start: number): readonly string[] => [
      'CREATE TABLE w AS SELECT id, COUNT(*) AS n FROM a WINDOW TUMBLING (SIZE 10 SECONDS) GROUP BY id;',
      "INSERT INTO a (rowtime, id, v) VALUES (12000, 'y', 1);",
      "ASSERT VALUES w (id, windowstart, windowend, n) VALUES ('y', " + `${start}, 20000, 1);`,
    ];
    const lines = begin.slice(0, 2);
    expect(await outcome(file('w.sql', [...lines, ...windowed(10_000)].join('\n')))).toBe(
      '1 passed, 0 failed',
    );
    expect(await outcome(file('w.sql', [...lines, ...windowed(0)].join('\n')))).toContain(
      'WINDOWSTART: expected 0, got 10000.',
    );
  });

  it('does not leave out what stands before its first test', async () => {
    const text = await outcome(file('s.sql', ['SELECT 1;', ...begin].join('\n')));
    expect(text).toContain('(./s.sql:1)\n  statements before the first test are not run');
  });
});

describe('a script with answers', () => {
  const begin = [
    '--@test: one',
    "CREATE STREAM a (id STRING KEY, v INTEGER) WITH (KAFKA_TOPIC = 'a', VALUE_FORMAT = 'JSON');",
    '--< a: x => {"V":1} @ 7',
  ];
  const answered = (...lines: readonly string[]): Promise<string> =>
    outcome(file('s.sqltest', [...begin, ...lines].join('\n')));

  it('passes', async () => {
    const select = 'SELECT id, v FROM a EMIT CHANGES;';
    expect(
      await answered(
        select,
        '--> `ID` STRING, `V` INTEGER',
        '--> ["x",1]',
        "PRINT 'a';",
        '--> x => {"V":1} @ 7',
      ),
    ).toBe('1 passed, 0 failed');
    const refused = ['SELECT w FROM a EMIT CHANGES;', '--! W', '--^ w', "PRINT 'a';", '--> x => {"V":1} @ 7'];
    expect(await answered(...refused)).toBe('1 passed, 0 failed');
    expect(await answered('SELEKT w;', '--! SELEKT', "PRINT 'a';", '--> x => {"V":1} @ 7')).toBe(
      '1 passed, 0 failed',
    );
  });

  it.each([
    [['SELECT id FROM a EMIT CHANGES;'], 'expected the answer\n    \n  got\n    ["x"]'],
    [['SELECT id FROM a EMIT CHANGES;', '--> ["x"]', '--> ["x"]'], 'expected the answer'],
    [['SELECT id FROM a EMIT CHANGES;', '--> `ID` INTEGER', '--> ["x"]'], 'expected the schema'],
    [['SELECT id FROM a EMIT CHANGES;', '--! ID'], 'expected to be refused: ID'],
    [['SELECT w FROM a EMIT CHANGES;'], 'W'],
    [['SELECT w FROM a EMIT CHANGES;', '--! other'], 'expected the error\n    other'],
    [
      ['SELECT id, w FROM a EMIT CHANGES;', '--! W', '--^ id'],
      'expected the error at\n    id\n  got it at\n    w',
    ],
    [["PRINT 'a';", '--> x => {"V":1} @ 8'], 'expected the answer'],
    [['--< b: x => {} @ 7'], 'nothing reads the topic b'],
    [['--< a: x {}'], 'a record is TOPIC: KEY => VALUE @ TIME'],
    [['--@tset: x'], 'is no directive that is known'],
    [
      ['CREATE STREAM b AS SELECT * FROM a;'],
      'nothing is tested: it has no -->, no --!, no question and no ASSERT',
    ],
    [['SELECT w FROM a EMIT CHANGES;', '--! W'], 'nothing reads what is written to the topic a'],
    [
      ["INSERT INTO a VALUES ('x', 1);", 'SELECT w FROM b EMIT CHANGES;', '--! B'],
      'nothing reads what is written',
    ],
  ])('is not green: %j', async (lines, problem) => {
    const text = await answered(...lines);
    expect(text).toContain(problem);
    expect(text).toMatch(/^FAILED s - one \(\.\/s\.sqltest:\d\)/m);
  });
});

describe('a run', () => {
  const nothing = (name: string, text: string): Promise<string> => outcome(file(name, text));

  it('is refused where there is nothing to run', async () => {
    const passing = file('c.json', cases(good));
    await expect(runTests([passing], { filter: 'zzz' })).rejects.toThrow('no test has "zzz" in its name');
    await expect(nothing('empty.sql', '')).rejects.toThrow(/^there is no test in .*empty.sql$/);
    await expect(nothing('empty.json', '{"tests":[]}')).rejects.toThrow(/^there is no test in .*empty.json$/);
    await expect(runTests([fs.mkdtempSync(path.join(folder, 'none-'))])).rejects.toThrow(
      /^there is no test in /,
    );
    await expect(runTests([path.join(folder, 'nosuch')])).rejects.toThrow(
      /^cannot read .*nosuch: there is no such file or folder$/,
    );
    await expect(nothing('notes.txt', '')).rejects.toThrow(/notes.txt is no file of tests$/);
  });

  it('names the file that is no test, and runs the others', async () => {
    const bad = file('bad.json', '{\n"tests": [,]}');
    fs.writeFileSync(path.join(path.dirname(bad), 'good.json'), cases(good));
    fs.writeFileSync(path.join(path.dirname(bad), 'other.json'), '{"name": "package"}');
    const text = printSummary(await runTests([path.dirname(bad)])).replaceAll(path.dirname(bad), '.');
    expect(text).toBe(
      "FAILED ./bad.json\n  not JSON: unexpected ',' at position 12 (line 2)\nno test in ./other.json\n1 passed, 1 failed",
    );
    for (const other of ['[]', '{"test":[]}', '3', '']) {
      expect(await nothing('x.json', other)).toMatch(/^FAILED \.\/x\.json\n {2}(?:it has no list|not JSON)/);
    }
    expect(await nothing('only.sql', 'SELECT 1;')).toMatch(/statements before the first test are not run/);
  });
});
