import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestPlatform, startPlatform } from './platform.ts';
import { postSql } from './post-sql.ts';

/** Mistakes as people make them, each with the way out that the answer shows. */

let platform: TestPlatform;

beforeAll(async () => {
  platform = await startPlatform();
  const { status } = await post(
    '/ksql',
    `CREATE STREAM flights (origin STRING KEY, delay INT) WITH (KAFKA_TOPIC='flights', VALUE_FORMAT='JSON', PARTITIONS=1);
     CREATE STREAM bags (origin STRING KEY, n BIGINT) WITH (KAFKA_TOPIC='bags', VALUE_FORMAT='JSON', PARTITIONS=1);
     CREATE STREAM wide (origin STRING KEY, n INT) WITH (KAFKA_TOPIC='wide', VALUE_FORMAT='JSON', PARTITIONS=3);
     CREATE TABLE towns (origin STRING PRIMARY KEY, country STRING) WITH (KAFKA_TOPIC='towns', VALUE_FORMAT='JSON', PARTITIONS=1);
     CREATE TABLE lands (country STRING PRIMARY KEY, n INT) WITH (KAFKA_TOPIC='lands', VALUE_FORMAT='JSON', PARTITIONS=1);
     CREATE TABLE hourly AS SELECT origin, COUNT(*) AS n FROM flights WINDOW TUMBLING (SIZE 1 HOUR) GROUP BY origin;
     CREATE TYPE address AS STRUCT<street STRING>;`,
  );
  expect(status).toBe(200);
});

afterAll(() => platform.close());

const post = (path: string, sql: string) => postSql(platform.url, path, sql);

const WITH = "WITH (KAFKA_TOPIC='x', VALUE_FORMAT='JSON', PARTITIONS=1)";

describe('a mistake is answered with the way out', () => {
  it.each([
    [
      'SELECT * FROM flight EMIT CHANGES;',
      /FLIGHT does not exist\.\n {2}line 1:15\n[^]*did you mean FLIGHTS\?/,
    ],
    ['DESCRIBE flight;', /line 1:10\n {2}\| DESCRIBE flight;\n {2}\| {10}\^{6}\n[^]*did you mean FLIGHTS\?/],
    ['DROP STREAM flight;', /line 1:13\n[^]*did you mean FLIGHTS\?/],
    ['ALTER STREAM flight ADD COLUMN a INT;', /line 1:14\n[^]*did you mean FLIGHTS\?/],
    ['INSERT INTO flight SELECT * FROM flights;', /line 1:13\n[^]*did you mean FLIGHTS\?/],
    ["INSERT INTO flight (origin) VALUES ('a');", /line 1:13\n[^]*did you mean FLIGHTS\?/],
    ["INSERT INTO flights (orign) VALUES ('a');", /did you mean ORIGIN\?/],
    ['DROP TYPE adress;', /did you mean ADDRESS\?/],
    ['DESCRIBE FUNCTION CONCATT;', /line 1:19\n[^]*did you mean CONCAT\?/],
    ['SELECT CONCATT(origin) FROM flights EMIT CHANGES;', /did you mean CONCAT\?/],
    ['EXPLAIN nosuch;', /Query with id:NOSUCH does not exist, use SHOW QUERIES [^]*line 1:1\n/],
    ['TERMINATE nosuch;', /hint: SHOW QUERIES; lists them/],
    [`CREATE STREAM a (a INTT) ${WITH};`, /unknown type: INTT\n[^]*\^[^]*did you mean INT\?/],
    [`CREATE STREAM a (a ARRAY) ${WITH};`, /hint: it is written as ARRAY<INT>/],
    [`CREATE STREAM a (a MAP) ${WITH};`, /hint: it is written as MAP<STRING, INT>/],
    [`CREATE STREAM a (a DECIMAL) ${WITH};`, /hint: DECIMAL\(10, 2\)/],
    [`CREATE STREAM a (a TEXT) ${WITH};`, /hint: here it is STRING/],
    [
      'SELECT * FROM flights WHERE origin = "ATL" EMIT CHANGES;',
      /hint: a text is written in single quotes: 'ATL'/,
    ],
    ['SELECT dellay FROM flights EMIT CHANGES;', /did you mean DELAY\?/],
    ['SHOW STREAM;', /did you mean STREAMS\?/],
    ['SELECT * FROM flights ORDER BY delay EMIT CHANGES;', /hint: there is no ORDER BY/],
  ])('%s', async (statement, wayOut) => {
    const path = statement.startsWith('SELECT') ? '/query-stream' : '/ksql';
    const { status, message } = await post(path, statement);
    expect(status).toBe(400);
    expect(message).toMatch(wayOut);
  });

  it.each([
    ['empty', ''],
    ['longer than topics have', 'x'.repeat(250)],
    ['longer than a request can say', 'x'.repeat(40_000)],
  ])('a name of a topic that is %s', async (_, topic) => {
    const source = `CREATE STREAM a (a INT) WITH (KAFKA_TOPIC='${topic}', VALUE_FORMAT='JSON', PARTITIONS=1);`;
    const sink = `CREATE STREAM a WITH (KAFKA_TOPIC='${topic}') AS SELECT * FROM flights;`;
    for (const statement of [source, sink]) {
      const { status, message } = await post('/ksql', statement);
      expect(status).toBe(400);
      expect(message).toContain('A topic is named by 1 to 249 ');
      expect(message).toContain(`line 1:${statement.indexOf("'") + 1}\n`);
    }
  });

  it('a stream whose name can be no topic', async () => {
    const { status, message } = await post(
      '/ksql',
      `CREATE STREAM ${'x'.repeat(40_000)} AS SELECT * FROM flights;`,
    );
    expect(status).toBe(400);
    expect(message).not.toContain('names[');
    expect(message).toContain('cannot be created');
  });

  const windowed = (window: string): string =>
    `CREATE TABLE x AS SELECT origin, COUNT(*) FROM flights WINDOW ${window} GROUP BY origin;`;
  const joined = (from: string): string => `CREATE STREAM x AS SELECT * FROM ${from};`;

  it.each([
    [
      windowed('HOPPING (SIZE 1 DAY, ADVANCE BY 2 DAYS)'),
      /ADVANCE BY 2 DAYS is longer than SIZE 1 DAY\n {2}line 1:\d+\n[^]* \^{6}\n[^]*hint: .*TUMBLING \(SIZE 1 DAY\)/,
    ],
    [windowed('HOPPING (SIZE 1 DAY, ADVANCE BY 0 HOURS)'), /ADVANCE BY is too short: 0 HOURS\n[^]*\^{7}\n/],
    [
      windowed('TUMBLING (SIZE 99999999999999999999 DAYS)'),
      /SIZE is too long: 99999999999999999999 DAYS\n[^]*\^\n[^]*hint: it is at most 10000000 DAYS/,
    ],
    [
      windowed('TUMBLING (SIZE 0 SECONDS)'),
      /SIZE is too short: 0 SECONDS\n[^]*hint: it is at least 1 MILLISECOND/,
    ],
    [windowed('SESSION (0 SECONDS)'), /the gap of a session is too short: 0 SECONDS\n {2}line 1:/],
    [
      windowed('TUMBLING (SIZE 1 HOUR, RETENTION 2 HOURS, GRACE PERIOD 90 MINUTES)'),
      /RETENTION 2 HOURS is shorter than [^]*\^{7}\n[^]*hint: RETENTION 150 MINUTES, or a shorter GRACE PERIOD/,
    ],
    [
      windowed('TUMBLING (SIZE 1 HOUR, RETENTION 2 HOURS)'),
      /without GRACE PERIOD\n[^]*hint: RETENTION 1 DAY, or a shorter GRACE PERIOD/,
    ],
    [
      joined('flights f JOIN bags b WITHIN 99999999999 DAYS ON f.origin = b.origin'),
      /WITHIN is too long: 99999999999 DAYS\n {2}line 1:/,
    ],
    [
      joined('flights f JOIN bags b ON f.origin = b.origin'),
      /must have a WITHIN clause[^]*\^[^]*hint: .*JOIN BAGS B WITHIN 1 HOUR ON F\.ORIGIN = B\.ORIGIN/,
    ],
    [
      joined('flights f JOIN wide w WITHIN 1 HOUR ON f.origin = w.origin'),
      /the number of partitions don't match[^]*\^[^]*hint: .*CREATE STREAM name WITH \(PARTITIONS=1\) AS SELECT \* FROM WIDE;/,
    ],
    [
      joined('flights f JOIN bags b WITHIN 1 HOUR ON f.delay = b.n'),
      /types don't match[^]*\^{13}\n[^]*hint: cast one of them: CAST\(F\.DELAY AS BIGINT\)/,
    ],
    [joined('towns t JOIN flights f ON t.origin = f.origin'), /\^[^]*hint: .*FROM FLIGHTS JOIN TOWNS/],
    [joined('flights f RIGHT JOIN towns t ON t.origin = f.origin'), /\^[^]*hint: .*JOIN or LEFT JOIN/],
    [joined('flights f FULL JOIN towns t ON t.origin = f.origin'), /\^[^]*hint: .*JOIN or LEFT JOIN/],
    [joined('flights f JOIN towns t ON t.country = f.origin'), /\^[^]*hint: the table's key is T\.ORIGIN/],
    [joined('towns t RIGHT JOIN lands l ON t.country = l.country'), /\^[^]*hint: .*with JOIN or LEFT JOIN/],
    [joined('flights EMIT FINAL'), /EMIT FINAL is only supported[^]*\^{10}\n[^]*hint: /],
    ['SELECT n FROM hourly WHERE WINDOWSTRAT = 0;', /\^[^]*did you mean WINDOWSTART\?/],
    ['SELECT n, WINDOWSTRAT FROM hourly EMIT CHANGES;', /did you mean WINDOWSTART\?/],
    [
      'SELECT origin, WINDOWSTRAT, COUNT(*) FROM flights WINDOW TUMBLING (SIZE 1 HOUR) GROUP BY origin EMIT CHANGES;',
      /did you mean WINDOWSTART\?/,
    ],
    ['SELECT WINDOWSTART FROM flights EMIT CHANGES;', /hint: WINDOWSTART is a column of what has a WINDOW/],
    [
      'SELECT origin, TOPK(delay, 100001) FROM flights GROUP BY origin EMIT CHANGES;',
      /TOPK keeps at most 100000 values of a group: 100001 are asked for\n {2}line 1:16\n/,
    ],
    [
      'SELECT origin, TOPKDISTINCT(delay, 100001) FROM flights GROUP BY origin EMIT CHANGES;',
      /at most 100000 values/,
    ],
    [
      'SELECT origin, LATEST_BY_OFFSET(delay, 2000000000) FROM flights GROUP BY origin EMIT CHANGES;',
      /LATEST_BY_OFFSET keeps at most 100000 values/,
    ],
    [
      'SELECT origin, EARLIEST_BY_OFFSET(delay, 100001, false) FROM flights GROUP BY origin EMIT CHANGES;',
      /EARLIEST_BY_OFFSET keeps at most 100000 values/,
    ],
    [
      'SELECT origin, EARLIEST_BY_OFFSET(delay, 0) FROM flights GROUP BY origin EMIT CHANGES;',
      /must have n greater than 0\n {2}line 1:16\n/,
    ],
    ['SELECT ROWTIM FROM flights EMIT CHANGES;', /did you mean ROWTIME\?/],
  ])('of windows and joins: %s', async (statement, wayOut) => {
    const { status, message } = await post(
      statement.startsWith('SELECT') ? '/query-stream' : '/ksql',
      statement,
    );
    expect(status).toBe(400);
    expect(message).toMatch(wayOut);
    expect(message).not.toMatch(/docs\.confluent|Ms\b/);
  });

  it('has its place in the whole text, also where it is found when the statement runs', async () => {
    const { message } = await post('/ksql', 'SHOW STREAMS;\n\n  DROP TYPE adress;');
    expect(message).toContain('  line 3:13\n  |   DROP TYPE adress');
  });

  it('knows a name that differs in case alone, and then no other', async () => {
    const { message } = await post('/ksql', 'DROP STREAM `flights`;');
    expect(message).toContain('Did you mean FLIGHTS? Hint: try removing double quotes');
    expect(message).not.toContain('did you mean');
  });
});
