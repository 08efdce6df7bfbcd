import { describe, expect, it } from 'vitest';
import type { EndableWorkers, WorkerTask } from '../../../src/base/environment.ts';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { builtInRegistry } from '../../../src/sql/functions/built-in.ts';
import type { Row } from '../../../src/serde/model/sql-value.ts';
import { Programs } from '../../../src/sql/user-calls/programs.ts';
import type { RowProgram } from '../../../src/sql/user-calls/row-program.ts';
import type { task } from '../../../src/sql/user-calls/run-program-task.ts';

type RunInput = Parameters<typeof task.run>[0];
type RunOutput = Awaited<ReturnType<typeof task.run>>;

const functions = builtInRegistry();
const program: RowProgram = {
  row: [{ name: 'X', type: 'INTEGER' }],
  columns: [
    {
      text: 'TWICE(X)',
      tree: {
        kind: 'Call',
        name: 'TWICE',
        overload: 'INTEGER',
        takes: ['INTEGER'],
        type: 'INTEGER',
        arguments: [{ kind: 'Column', index: 0 }],
      },
    },
  ],
  functions: [
    {
      ...{ kind: 'scalar', name: 'TWICE', returns: 'INTEGER', language: 'JAVASCRIPT', version: 1 },
      parameters: [{ name: 'x', type: 'INTEGER' }],
      source: 'x * 2',
    },
  ],
  properties: {},
  endedBy: 'functions of users',
};
const rowsTo = (count: number): readonly Row[] => Array.from({ length: count }, (_, index) => [index]);

async function all(pages: AsyncIterable<readonly Row[]>): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for await (const page of pages) rows.push(...page);
  return rows;
}

/** Workers that answer as they are told to. */
function scripted(answer: (input: RunInput) => Promise<RunOutput>): {
  readonly workers: EndableWorkers;
  readonly inputs: RunInput[];
  ends: number;
} {
  const seen = {
    inputs: [] as RunInput[],
    ends: 0,
    workers: {
      run<I, O>(_task: WorkerTask<I, O>, input: I): Promise<O> {
        const asked = input as unknown as RunInput;
        // The thread is started.
        if (asked.rows.length === 0) return Promise.resolve({ rows: [], taken: 0 } as O);
        seen.inputs.push(asked);
        return answer(asked) as Promise<unknown> as Promise<O>;
      },
      end: () => {
        seen.ends += 1;
        return Promise.resolve();
      },
    },
  };
  return seen;
}

describe('programs of statements', () => {
  it('are run here where there is no other thread', async () => {
    const programs = new Programs({ functions });
    expect(await all(programs.run(program, rowsTo(3)))).toEqual([[0], [2], [4]]);
    expect(await all(programs.run(program, rowsTo(300), 2))).toEqual([[0], [2]]);
  });

  it('go on where a turn has left off, in fewer rows where it had no time for all', async () => {
    const { workers, inputs } = scripted(({ rows }) =>
      Promise.resolve({ rows: rows.slice(0, 3), taken: Math.min(3, rows.length) }),
    );
    const programs = new Programs({
      functions,
      environment: { ...nodeEnvironment, functionWorkers: workers },
    });
    expect(await all(programs.run(program, rowsTo(40), 7))).toHaveLength(9);
    expect(inputs.map(({ rows, most }) => [rows.length, most])).toEqual([
      [32, 7],
      [3, 4],
      [6, 1],
    ]);
  });

  it('have their turns one after the other', async () => {
    const releases: (() => void)[] = [];
    const { workers, inputs } = scripted(
      ({ rows }) =>
        new Promise((resolve) => releases.push(() => resolve({ rows: [rows[0] ?? []], taken: 1 }))),
    );
    const programs = new Programs({
      functions,
      environment: { ...nodeEnvironment, functionWorkers: workers },
    });
    const long = all(programs.run(program, [[1], [2]]));
    const short = all(programs.run(program, [[9]]));
    const firsts: unknown[] = [];
    for (let turn = 0; turn < 3; turn += 1) {
      await expect.poll(() => inputs.length).toBe(turn + 1);
      firsts.push(inputs[turn]?.rows[0]);
      releases[turn]?.();
    }
    expect(await Promise.all([long, short])).toEqual([[[1], [2]], [[9]]]);
    expect(firsts).toEqual([[1], [9], [2]]);
  });

  it('end with their thread where a step of the interpreter cannot be ended, and the next one goes on', async () => {
    let pass = (): void => undefined;
    const after = (_ms: number, callback: () => void) => {
      pass = callback;
      return { cancel: () => undefined };
    };
    const seen = scripted(({ rows }) =>
      seen.ends === 0 ? new Promise(() => undefined) : Promise.resolve({ rows, taken: rows.length }),
    );
    const timers = { ...nodeEnvironment.timers, after };
    const programs = new Programs({ functions, environment: { timers, functionWorkers: seen.workers } });
    const stuck = all(programs.run(program, [[1]]));
    const next = all(programs.run(program, [[2]]));
    await expect.poll(() => seen.inputs.length).toBe(1);
    pass();
    await expect(stuck).rejects.toThrow('function TWICE failed: it takes longer than 10000 ms');
    expect(await next).toEqual([[2]]);
    expect(seen.ends).toBe(1);
  });

  it('are not begun any more when the engine is closed', async () => {
    const seen = scripted(() => new Promise(() => undefined));
    const programs = new Programs({
      functions,
      environment: { ...nodeEnvironment, functionWorkers: seen.workers },
    });
    const running = all(programs.run(program, [[1]]));
    const waiting = all(programs.run(program, [[2]]));
    const failures = Promise.allSettled([running, waiting]);
    await expect.poll(() => seen.inputs.length).toBe(1);
    await programs.close();
    expect(await failures).toMatchObject([
      { status: 'rejected', reason: { code: 'CLOSED' } },
      { status: 'rejected', reason: { code: 'CLOSED' } },
    ]);
    expect(seen.inputs).toHaveLength(1);
  });
});
