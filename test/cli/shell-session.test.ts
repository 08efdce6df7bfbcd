import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isPushQuery, kindOf } from '../../cli/shell/session-statement.ts';
import { SqlSession } from '../../cli/shell/session.ts';
import { DiagnosticError } from '../../src/base/errors.ts';
import { explain } from '../../cli/explain.ts';
import { SqlServerClient, SqlServerError } from '../../cli/shell/sql-server-client.ts';
import { type TestPlatform, startPlatform } from '../server/platform.ts';

let platform: TestPlatform;

beforeAll(async () => void (platform = await startPlatform()));
afterAll(() => platform.close());

/** Runs statements in a session, or a file of them, and answers what it wrote. */
async function run(text: string, file?: string): Promise<string> {
  let written = '';
  const session = new SqlSession({
    client: new SqlServerClient(platform.url),
    format: 'tabular',
    print: (part) => void (written += part),
    columns: () => Number.POSITIVE_INFINITY,
  });
  const { signal } = new AbortController();
  const done = file === undefined ? session.run(text, signal) : session.runFile(file, signal);
  await done.catch((error: unknown) => {
    if (!(error instanceof SqlServerError) && !(error instanceof DiagnosticError)) throw error;
    written += error instanceof SqlServerError ? error.message : explain(error);
  });
  return written;
}

describe('SET in the shell', () => {
  it('is refused at once where the server would refuse it with the next statement', async () => {
    expect(await run("SET 'auto.offset.rest'='earliest';")).toMatch(
      /^Not recognizable .*auto\.offset\.rest'\n {2}did you mean auto\.offset\.reset\?/,
    );
    expect(await run("SET 'auto.offset.reset'='bogus';")).toMatch(
      /^Invalid value bogus for configuration auto/,
    );
    expect(
      await run("SET 'auto.offset.reset'='earliest'; SET 'auto.offset.reset'='x'; SHOW STREAMS;"),
    ).toMatch(
      /^'auto\.offset\.reset' is now 'earliest'\nInvalid value x for configuration[^|]* {2}line 1:37\n/,
    );
    expect(await run("UNSET 'auto.offset.rest';")).toMatch(/^Not recognizable/);
  });

  it('keeps what the server takes, and passes its warnings on', async () => {
    expect(await run("SET 'auto.offset.reset'='earliest'; UNSET 'auto.offset.reset';")).toBe(
      "'auto.offset.reset' is now 'earliest'\n'auto.offset.reset' is no longer set\n",
    );
    expect(await run("SET 'num.stream.threads'='2';")).toBe(
      "'num.stream.threads' has no effect: a query has one loop per process\n'num.stream.threads' is now '2'\n",
    );
  });
});

describe('statements of the session', () => {
  it('are told by their words, whatever comments and cases they are written in', async () => {
    expect(await run("/* one */ define Rate = 'a;b'; -- two\n UNDEFINE rate;")).toBe(
      "'RATE' is now 'a;b'\n'RATE' is no longer set\n",
    );
    expect(await run("DEFINE a = 'x'; DEFINE b = '${a}y';")).toBe("'A' is now 'x'\n'B' is now 'xy'\n");
    expect(await run("DEFINE a = 'it''s'; /* all */ list /* of them */ variables;")).toMatch(/A +\| it's/);
    expect(await run('SET a = b;')).toMatch(/^line 1:5: Syntax Error/);
  });

  it('are none where their words are quoted', () => {
    expect(kindOf("SHOW 'VARIABLES';")).toBe('server');
    expect(kindOf('-- PRINT\n/* SET */ Select 1;')).toBe('query');
    expect(isPushQuery("SELECT 'EMIT CHANGES' FROM t; -- EMIT CHANGES")).toBe(false);
    expect(isPushQuery('SELECT * FROM s EMIT/* all */changes LIMIT 1;')).toBe(true);
  });
});

describe('a mistake in a text of statements', () => {
  it.each([
    [
      "SHOW STREAMS;\nSELECT * FROM t WHERE a = 'ATL;",
      /line 2:27: the quote that begins here with ' has no end/,
    ],
    ['SELECT "a FROM t;', /line 1:8: the quote that begins here with " has no end/],
    ['SHOW STREAMS; /* and', /line 1:15: the comment that begins here with \/\* has no end/],
    ['SHOW STREAMS', /the last statement has no end/],
    ['help;', /help is a command of the interactive shell/],
    ['SHOW STREAMS; output json;', /output is a command of the interactive shell[^]*--output json/],
    ['run script x;', /run script is a command of the interactive shell[^]*--file/],
    ['hlep;', /Unknown statement 'hlep'\ndid you mean help\?/],
    ['SHWO STREAMS;', /did you mean SHOW\?/],
  ])('%s', async (text, message) => {
    expect(await run(text)).toMatch(message);
  });

  it('has one place: that of the file', async () => {
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'millrace-file-')), 'a.sql');
    const at = (text: string): Promise<string> => {
      writeFileSync(file, text);
      return run(text, file);
    };
    const begin = "SHOW STREAMS;\n-- a comment\nSET 'auto.offset.reset'='earliest';\n\n";
    expect(await at(`${begin}SHOW TABLES;\n  DESCRIBE nosuch;\n`)).toMatch(
      /a\.sql:6: Could not find STREAM\/TABLE 'NOSUCH'[^]*line 6:\d+\n {2}\| {3}DESCRIBE nosuch/,
    );
    expect(await at(`${begin}  SELECT a\n  FROM nosuch;\n`)).toMatch(/a\.sql:6: [^\n]*NOSUCH[^]*line 6:8\n/);
    expect(await at(`${begin}SHOW TABLES; CREATE STRAM s;\n`)).toMatch(/a\.sql:5: line 5:21: Syntax Error/);
    expect(await at(`${begin}  PRINT 'a' LIMITT 3;\n`)).toMatch(/a\.sql:5: line 5:13: Syntax Error/);
  });
});
