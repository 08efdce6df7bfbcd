import { afterAll, describe, expect, it } from 'vitest';
import { parseScript } from '../../../grammar/parse.ts';
import type { EndableWorkers } from '../../../src/base/environment.ts';
import { DiagnosticError } from '../../../src/base/errors.ts';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { newNodeWorkers } from '../../../src/base/io/node-workers.ts';
import { ScriptParser } from '../../../src/sql/engine/script-parser.ts';

const thread = newNodeWorkers();
afterAll(() => thread.end());

/** A real worker thread, and what it was asked. */
function watched(): {
  readonly workers: EndableWorkers;
  readonly asked: unknown[];
  readonly ended: string[];
} {
  const asked: unknown[] = [];
  const ended: string[] = [];
  const workers: EndableWorkers = {
    run(task, input) {
      asked.push(input);
      return thread.run(task, input);
    },
    end() {
      ended.push(`after ${asked.length}`);
      return thread.end();
    },
  };
  return { workers, asked, ended };
}

/** The time that a text may take is no matter of these tests: on a busy machine each of them takes longer than that. */
const patient = {
  ...nodeEnvironment,
  timers: { ...nodeEnvironment.timers, after: () => ({ cancel: () => undefined }) },
};

const items = Array.from({ length: 4_000 }, (_, i) => `n + ${i} AS x${i}`).join(', ');
const LONG = [
  ['many items', `CREATE STREAM e AS SELECT id, ${items} FROM s;`],
  ['many statements', 'SHOW STREAMS; '.repeat(500)],
  ['one long text', `INSERT INTO s VALUES ('${'x'.repeat(500_000)}');`],
  [
    'variables',
    `DEFINE a = 'b'; ${'SHOW TYPES; '.repeat(200)} CREATE TYPE \${a} AS INT; CREATE TYPE \${given} AS INT;`,
  ],
] as const;
const WRONG = [
  ['words', `SELECT ${'foo bar '.repeat(60_000)};`],
  ['commas', `CREATE STREAM x AS SELECT ${'a,'.repeat(20_000)} FROM s;`],
  ['parentheses', '('.repeat(50_000)],
  ['a text without an end', `SHOW STREAMS; SELECT '${'x'.repeat(10_000)}`],
] as const;

const variables = new Map([['GIVEN', 'c']]);

function mistakeOf(parse: () => unknown): unknown {
  try {
    parse();
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostic;
    throw error;
  }
  return undefined;
}

describe('a long script is parsed beside the event loop', () => {
  it('by a thread that is ended after a very long one, right or wrong, with what that has left in its heap', async () => {
    const { workers, ended } = watched();
    const parser = new ScriptParser({ ...patient, workers });
    const statement = `SELECT '${'x'.repeat(5_000)}' FROM s;`;
    await parser.parse(statement, variables);
    expect(ended).toEqual([]);
    await parser.parse(statement.repeat(25), variables);
    expect(ended).toEqual(['after 2']);
    await expect(parser.parse('a,'.repeat(60_000), variables)).rejects.toThrow('Syntax Error');
    expect(ended).toEqual(['after 2', 'after 4']);
    expect(await parser.parse(statement, variables)).toHaveLength(1);
  });

  it.each(LONG)('with %s, to the same statements', async (_, script) => {
    const { workers, asked } = watched();
    const parser = new ScriptParser({ ...patient, workers });
    expect(await parser.parse(script, variables)).toEqual(parseScript(script, { variables }));
    expect(asked).toHaveLength(1);
  });

  it.each(WRONG)('and refused for %s, in the same words at the same place', async (_, script) => {
    const { workers, asked } = watched();
    const parser = new ScriptParser({ ...patient, workers });
    const diagnostic = mistakeOf(() => parseScript(script));
    expect(diagnostic).toBeDefined();
    await expect(parser.parse(script, new Map())).rejects.toMatchObject({
      name: 'DiagnosticError',
      diagnostic,
    });
    expect(asked).toHaveLength(1);
  });

  it('one after the other, also after one that has failed', async () => {
    const { workers } = watched();
    const parser = new ScriptParser({ ...patient, workers });
    const ends = await Promise.allSettled(
      [WRONG[0][1], LONG[1][1]].map((script) => parser.parse(script, new Map())),
    );
    expect(ends.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  });

  it('and given up when that takes too long, which keeps the next one from nothing', async () => {
    const { workers } = watched();
    let isImpatient = true;
    const timers = {
      ...nodeEnvironment.timers,
      after: (delayMs: number, callback: () => void) =>
        nodeEnvironment.timers.after(isImpatient ? 0 : delayMs, callback),
    };
    const parser = new ScriptParser({ ...nodeEnvironment, timers, workers });
    await expect(parser.parse(`SELECT ${'a,'.repeat(500_000)}`, new Map())).rejects.toThrow(
      'the text takes longer than 10000 ms to read',
    );
    isImpatient = false;
    expect(await parser.parse(LONG[1][1], new Map())).toHaveLength(500);
  });
});

it('parses a short script where it comes', async () => {
  const { workers, asked } = watched();
  const parser = new ScriptParser({ ...patient, workers });
  expect(await parser.parse('SHOW STREAMS;', new Map())).toHaveLength(1);
  expect(asked).toEqual([]);
});
