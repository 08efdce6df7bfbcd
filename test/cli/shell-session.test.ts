import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SqlSession } from '../../cli/shell/session.ts';
import { SqlServerClient, SqlServerError } from '../../cli/shell/sql-server-client.ts';
import { type TestPlatform, startPlatform } from '../server/platform.ts';

let platform: TestPlatform;

beforeAll(async () => void (platform = await startPlatform()));
afterAll(() => platform.close());

/** Runs statements in a session and answers what it wrote. */
async function run(text: string): Promise<string> {
  let written = '';
  const session = new SqlSession({
    client: new SqlServerClient(platform.url),
    format: 'tabular',
    print: (part) => void (written += part),
    columns: () => Number.POSITIVE_INFINITY,
  });
  await session.run(text, new AbortController().signal).catch((error: unknown) => {
    if (!(error instanceof SqlServerError)) throw error;
    written += error.message;
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
    ).toMatch(/^'auto\.offset\.reset' is now 'earliest'\nInvalid value x for configuration[^|]*$/);
    expect(await run("UNSET 'auto.offset.rest';")).toMatch(/^Not recognizable/);
  });

  it('keeps what the server takes, and passes its warnings on', async () => {
    expect(await run("SET 'auto.offset.reset'='earliest'; UNSET 'auto.offset.reset';")).toBe(
      "'auto.offset.reset' is now 'earliest'\n'auto.offset.reset' is no longer set\n",
    );
    expect(await run("SET 'num.standby.replicas'='2';")).toBe(
      "'num.standby.replicas' has no effect: there are no standby replicas\n'num.standby.replicas' is now '2'\n",
    );
  });
});
