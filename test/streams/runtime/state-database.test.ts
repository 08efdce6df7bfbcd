import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { nodeEnvironment as environment } from '../../../src/base/io/node-environment.ts';
import { type Logger, silentLogger } from '../../../src/base/logger.ts';
import { copyEarlierState, takeFormerThreads } from '../../../src/streams/runtime/earlier-state.ts';
import { StreamsBuilder } from '../../../src/streams/index.ts';
import { openLocalState } from '../../../src/streams/runtime/local-state.ts';
import { streamsAppSettings } from '../../../src/streams/runtime/streams-app-options.ts';
import { StateDirectory } from '../../../src/streams/runtime/state-directory.ts';
import { StreamsHost } from '../../../src/streams/runtime/streams-host.ts';
import { endOfPrefix } from '../../../src/streams/state/engine.ts';
import { openRocksDb } from '../../../src/streams/state/io/rocksdb-engine.ts';
import { ProcessingTurn } from '../../../src/streams/runtime/processing-turn.ts';
import { TestBrokers } from '../../broker/running-broker.ts';

let root: string;
let warnings: string[];

beforeEach(() => {
  const brokers = new TestBrokers();
  root = brokers.newDirectory();
  warnings = [];
  return () => brokers.close();
});

const logger: Logger = { ...silentLogger, warn: (message) => warnings.push(message) };

const newHost = (): StreamsHost =>
  new StreamsHost({ environment, bootstrapServers: 'localhost:1', stateDir: root, clientId: 'host', logger });

const tenantOf = (host: StreamsHost, applicationId: string): StateDirectory =>
  new StateDirectory(host.database, { applicationId, isOwner: false });

async function openTenant(host: StreamsHost, applicationId: string): Promise<StateDirectory> {
  const state = tenantOf(host, applicationId);
  await state.open();
  await state.register('0_0', ['rows']);
  return state;
}

const alone = (applicationId: string, thread = 'thread-1'): StateDirectory =>
  StateDirectory.take(environment, {
    root,
    folders: [applicationId, thread],
    applicationId,
    blockCacheBytes: 1 << 20,
    writeBufferBytes: 1 << 20,
    logger,
  });

/** Writes a row and the position that it brings the store to. */
const put = (state: StateDirectory, value: string, position: number): Promise<void> =>
  state.write((batch) => {
    batch.put(`${state.prefixOf('0_0', 'rows')}key`, Buffer.from(value));
    state.setPosition(batch, { taskId: '0_0', store: 'rows', position });
  });

/** The value of the row, and the position of the store. */
async function contentOf(state: StateDirectory): Promise<readonly [string | undefined, number | undefined]> {
  const [value] = await state.engine.getMany([`${state.prefixOf('0_0', 'rows')}key`]);
  return [value?.toString(), state.positionOf({ taskId: '0_0', store: 'rows' }, 100)];
}

const everything = (state: StateDirectory): ReturnType<StateDirectory['engine']['scan']> =>
  state.engine.scan({ from: '', to: undefined });

const tables = (): readonly string[] =>
  readdirSync(path.join(root, 'state', 'rocksdb'))
    .filter((name) => name.endsWith('.sst'))
    .map((name) => path.join(root, 'state', 'rocksdb', name));

describe('the database of a host', () => {
  it('keeps the stores of its applications apart, and their ids over restarts', async () => {
    const first = newHost();
    const [a, b] = [await openTenant(first, 'a'), await openTenant(first, 'b')];
    await Promise.all([put(a, 'of a', 5), put(b, 'of b', 7)]);
    expect(a.prefixOf('0_0', 'rows')).not.toBe(b.prefixOf('0_0', 'rows'));
    await a.close();
    // One that comes back goes on with what is there, while the others run.
    const again = await openTenant(first, 'a');
    expect(await contentOf(again)).toEqual(['of a', 5]);
    await again.close();
    await b.close();
    await first.close();

    const second = newHost();
    const after = [await openTenant(second, 'b'), await openTenant(second, 'a')];
    expect(await Promise.all(after.map(contentOf))).toEqual([
      ['of b', 7],
      ['of a', 5],
    ]);
    await second.close();
  });

  it('removes an application and nothing else, also one of an earlier life', async () => {
    const first = newHost();
    const [a, ab] = [await openTenant(first, 'a'), await openTenant(first, 'a-b')];
    await Promise.all([put(a, 'of a', 5), put(ab, 'of a-b', 7)]);
    await Promise.all([a.close(), ab.close()]);
    await first.close();

    const second = newHost();
    await second.removeState('a');
    const kept = await openTenant(second, 'a-b');
    expect(await contentOf(kept)).toEqual(['of a-b', 7]);
    const names = (await everything(kept)).map(([key]) => key);
    expect(names.filter((key) => key.includes('/a/'))).toEqual([]);
    // The version, the store of the catalog, its row.
    expect(names).toHaveLength(3);
    const anew = await openTenant(second, 'a');
    expect(await contentOf(anew)).toEqual([undefined, undefined]);
    await second.close();
  });

  it('refuses whatever another host has, and is there when that has closed', async () => {
    const first = newHost();
    await (await openTenant(first, 'a')).close();
    expect(() => newHost().database).toThrow(expect.objectContaining({ code: 'LOCKED' }) as Error);
    await first.close();
    const second = newHost();
    expect(second.database.exists).toBe(true);
    await second.close();
  });

  it('is left by all when one finds it damaged, set aside once, and begun anew', async () => {
    const host = newHost();
    const [a, b] = [await openTenant(host, 'a'), await openTenant(host, 'b')];
    const told: string[] = [];
    a.onDamage(({ code }) => told.push(`a ${code}`));
    b.onDamage(({ code }) => told.push(`b ${code}`));
    const value = 'x'.repeat(1 << 20);
    // Two or three tables: of four RocksDB would make others meanwhile.
    for (let i = 0; i < 40; i++) {
      await a.write((batch) => batch.put(`${a.prefixOf('0_0', 'rows')}${i}`, Buffer.from(value)));
    }
    await expect.poll(() => tables().length, { timeout: 20_000 }).toBeGreaterThan(0);
    for (const name of tables()) writeFileSync(name, Buffer.alloc(statSync(name).size, 7), { flag: 'r+' });
    const prefix = a.prefixOf('0_0', 'rows');
    await expect(
      (async () => a.engine.scan({ from: prefix, to: endOfPrefix(prefix) }))(),
    ).rejects.toMatchObject({ code: 'STATE_STORE_DAMAGED' });
    expect(told).toEqual(['a STATE_STORE_DAMAGED', 'b STATE_STORE_DAMAGED']);
    expect(() => b.throwDamage()).toThrow(expect.objectContaining({ code: 'STATE_STORE_DAMAGED' }) as Error);

    await a.close();
    const reopened = openTenant(host, 'a');
    // It waits for the other one to leave.
    await b.close();
    expect(await contentOf(await reopened)).toEqual([undefined, undefined]);
    expect(await contentOf(await openTenant(host, 'b'))).toEqual([undefined, undefined]);
    expect(warnings).toHaveLength(1);
    expect(readdirSync(path.join(root, 'state')).filter((name) => name.includes('damaged-'))).toHaveLength(1);
    await host.close();
  });

  it('has each task told of to the group by one of the members that have their state together', async () => {
    const host = newHost();
    const [one, two] = [tenantOf(host, 'a'), tenantOf(host, 'a')];
    await Promise.all([one.open(), two.open()]);
    for (const [task, member] of [
      ['0_0', one],
      ['0_1', two],
      ['0_2', two],
    ] as const)
      await member.register(task, ['rows']);
    const told = () => [one, two].map((member) => [...member.toldOffsetSums().keys()].sort());
    expect(told()).toEqual([['0_0'], ['0_1', '0_2']]);
    // A task that moves is told by who runs it.
    await one.register('0_1', ['rows']);
    expect(told()).toEqual([['0_0', '0_1'], ['0_2']]);
    // What a member that has left the group has had is known still, and told once.
    two.tellsNothing();
    expect(told()).toEqual([['0_0', '0_1', '0_2'], []]);
    await one.close();
    expect([...two.toldOffsetSums().keys()].sort()).toEqual(['0_0', '0_1', '0_2']);
    await host.close();
  });

  it('takes over what an application had in a database of its own, whatever is there of an attempt before', async () => {
    const earlier = alone('a');
    await earlier.open();
    await earlier.register('0_0', ['rows']);
    await put(earlier, 'kept', 5);
    await earlier.write((batch) =>
      earlier.processed.note(batch, '0_0', [{ topic: 'in', partition: 0, committedOffset: 9 }]),
    );
    await earlier.close();

    const host = newHost();
    const state = await openTenant(host, 'a');
    await state.write((batch) => batch.put(`${state.prefixOf('0_0', 'rows')}half`, Buffer.from('copied')));
    await copyEarlierState(environment, { root, applicationId: 'a', logger }, state);
    expect(await contentOf(state)).toEqual(['kept', 5]);
    expect(state.processed.of('0_0', { topic: 'in', partition: 0 })).toBe(9);
    const [half] = await state.engine.getMany([`${state.prefixOf('0_0', 'rows')}half`]);
    expect(half).toBeUndefined();
    expect(readdirSync(path.join(root, 'a'))).toEqual([]);
    await state.close();
    const again = await openTenant(host, 'a');
    expect(await contentOf(again)).toEqual(['kept', 5]);
    await host.close();
  });

  it('takes over what the thread of this number had, and leaves the others to theirs', async () => {
    for (const thread of ['thread-1', 'thread-2']) {
      const earlier = alone('a', thread);
      await earlier.open();
      await earlier.register('0_0', ['rows']);
      await put(earlier, thread, 5);
      await earlier.close();
    }
    const host = newHost();
    const settings = streamsAppSettings({
      ...{ applicationId: 'a', bootstrapServers: 'localhost:1', stateDir: root, logger },
      topology: new StreamsBuilder(),
    });
    const state = tenantOf(host, 'a');
    const place = {
      ...{ number: 2, count: 2 },
      respondTo: async () => 'SHUTDOWN_CLIENT' as const,
      onAssigned: () => undefined,
      instance: 'one',
      companionsIn: () => undefined,
      turn: new ProcessingTurn(),
      failing: new AbortController().signal,
    };
    await openLocalState(state, settings, { host, place });
    expect(await contentOf(state)).toEqual(['thread-2', 5]);
    expect(readdirSync(path.join(root, 'a'))).toEqual(['thread-1']);
    await host.close();
  });
});

it('reads a database of format 1, whose rows do not say of which application they are', async () => {
  const folder = path.join(root, 'a', 'thread-1');
  environment.disk.makeDirectory(folder);
  const meta = '\0\0\0\0';
  const engine = await openRocksDb({
    path: path.join(folder, 'rocksdb'),
    blockCacheBytes: 1 << 20,
    writeBufferBytes: 1 << 20,
  });
  await engine.write((batch) => {
    batch.put(`${meta}version`, Buffer.from('1'));
    batch.put(`${meta}store/0_0/rows`, Buffer.from('{"id":3,"position":5,"atMs":1}'));
    batch.put(`${meta}input/0_0/1/in`, Buffer.from('9'));
    batch.put('\0\0\0\x03key', Buffer.from('kept'));
  });
  await engine.close();

  for (let start = 0; start < 2; start++) {
    const state = alone('a');
    await state.open();
    expect([...state.toldOffsetSums().keys()]).toEqual(['0_0']);
    const [value] = await state.engine.getMany([`${state.prefixOf('0_0', 'rows')}key`]);
    expect(value?.toString()).toBe('kept');
    expect(state.positionOf({ taskId: '0_0', store: 'rows' }, 5)).toBe(5);
    expect(state.processed.of('0_0', { topic: 'in', partition: 1 })).toBe(9);
    await state.close();
  }
});

describe('threads that a process has no more', () => {
  const folderOf = (thread: number): string => path.join(root, 'a', `thread-${thread}`);

  /** State of an application, as one of its threads leaves it: tasks, and up to where their changelogs are in it. */
  async function leave(thread: number, tasks: Readonly<Record<string, number>>): Promise<void> {
    const state = StateDirectory.take(environment, {
      ...{ root, folders: ['a', `thread-${thread}`], applicationId: 'a', logger },
      ...{ blockCacheBytes: 1 << 20, writeBufferBytes: 1 << 20 },
    });
    await state.open();
    for (const [taskId, position] of Object.entries(tasks)) {
      await state.register(taskId, ['rows']);
      await state.write((batch) => {
        batch.put(`${state.prefixOf(taskId, 'rows')}key`, Buffer.from(`of ${thread}`));
        state.setPosition(batch, { taskId, store: 'rows', position });
        state.processed.note(batch, taskId, [{ topic: 'in', partition: 0, committedOffset: position }]);
      });
    }
    await state.noteMember(`member ${thread}`);
    await state.close();
  }

  it('leave their tasks to one that there is, where they are further, and their members', async () => {
    await leave(1, { '0_0': 10, '0_1': 10 });
    await leave(2, { '0_1': 10, '0_2': 1 });
    await leave(3, { '0_0': 5, '0_1': 20 });
    await leave(4, { '0_3': 7 });
    const state = alone('a');
    await state.open();
    const application = { root, applicationId: 'a', logger };
    await takeFormerThreads(environment, { ...application, threads: 2 }, state);
    const found = await Promise.all(
      ['0_0', '0_1', '0_3'].map(async (taskId) => {
        const [value] = await state.engine.getMany([`${state.prefixOf(taskId, 'rows')}key`]);
        const position = state.positionOf({ taskId, store: 'rows' }, 100);
        return [String(value), position, state.processed.of(taskId, { topic: 'in', partition: 0 })];
      }),
    );
    expect(found).toEqual([
      ['of 1', 10, 10],
      ['of 3', 20, 20],
      ['of 4', 7, 7],
    ]);
    expect([...state.toldOffsetSums().keys()].toSorted()).toEqual(['0_0', '0_1', '0_3']);
    expect(state.deadMembers).toEqual(['member 1', 'member 3', 'member 4']);
    expect(readdirSync(path.join(root, 'a'))).toEqual(['thread-1', 'thread-2']);
    await state.close();
  });

  it('leave nothing behind what cannot be read, which stays for the next start', async () => {
    await leave(1, { '0_0': 1 });
    await leave(2, { '0_1': 1 });
    const other = StateDirectory.take(environment, {
      ...{ root, folders: ['a', 'thread-2'], applicationId: 'a', logger },
      ...{ blockCacheBytes: 1 << 20, writeBufferBytes: 1 << 20 },
    });
    const state = alone('a');
    await state.open();
    const application = { root, applicationId: 'a', logger, threads: 1 };
    await takeFormerThreads(environment, application, state);
    expect(warnings).toEqual(['the local state of a thread that is no more cannot be taken over']);
    expect([...state.toldOffsetSums().keys()]).toEqual(['0_0']);
    await other.close();
    await takeFormerThreads(environment, application, state);
    expect([...state.toldOffsetSums().keys()].toSorted()).toEqual(['0_0', '0_1']);
    expect(existsSync(folderOf(2))).toBe(false);
    await state.close();
  });
});
