import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LOG_CONFIG } from '../../../broker/log/log-config.ts';
import { LogManager } from '../../../broker/log/log-manager.ts';
import type { Environment } from '../../../src/base/environment.ts';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { makeBatch } from './batches.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const TOPIC_ID = 'MTIzNDU2Nzg5MDEyMzQ1Ng';
const PARTITIONS = 40;
const FILES = ['recovery-point', 'replication', 'log-start'].map((name) => `${name}-offset-checkpoint`);

/** A disk that notes which checkpoints are replaced, and a clock that goes on by a millisecond whenever it is asked. */
function begin() {
  const directory = temporaryDirectory();
  const renamed: string[] = [];
  let nowMs = 0;
  let turns = 0;
  let onTurn = (): void => {};
  const environment: Environment = {
    ...nodeEnvironment,
    clock: { nowMs: () => Date.now(), monotonicMs: () => nowMs++ },
    timers: {
      ...nodeEnvironment.timers,
      defer: (callback) =>
        nodeEnvironment.timers.defer(() => {
          turns++;
          onTurn();
          callback();
        }),
    },
    disk: {
      ...nodeEnvironment.disk,
      openFilesMax: nodeEnvironment.disk.openFilesMax,
      rename: (from, to) => {
        nodeEnvironment.disk.rename(from, to);
        renamed.push(to.slice(directory.length + 1));
      },
    },
  };
  const manager = LogManager.open({ environment, directory, nodeId: 1 });
  const logs = Array.from({ length: PARTITIONS }, (_, partition) =>
    manager.getOrCreate({ topic: 't', partition, topicId: TOPIC_ID, config: DEFAULT_LOG_CONFIG }),
  );
  const read = (file: string): string => fs.readFileSync(`${directory}/${file}`, 'utf8');
  return {
    manager,
    logs,
    read,
    renamed,
    turns: () => turns,
    onTurn: (callback: () => void) => void (onTurn = callback),
  };
}

describe('the checkpoints of many logs', () => {
  it('are collected in slices, and say all of them', async () => {
    const { manager, logs, read, turns } = begin();
    for (const log of logs) {
      log.appendAsLeader(makeBatch({ records: log.partition + 1 }), { leaderEpoch: 0 });
      log.setHighWatermark(log.logEndOffset);
    }
    const before = turns();
    await manager.checkpoint();
    // Three files, five milliseconds a slice.
    expect(turns() - before).toBeGreaterThan(15);
    const lines = logs.map(({ partition }) => `t ${partition} ${partition + 1}\n`);
    expect(read('replication-offset-checkpoint')).toBe(`0\n${PARTITIONS}\n${lines.join('')}`);
    await manager.close();
  });

  it('are left alone where nothing has changed, and one is written for one offset', async () => {
    const { manager, logs, read, renamed } = begin();
    await manager.checkpoint();
    expect(renamed.filter((name) => FILES.includes(name))).toHaveLength(3);
    renamed.length = 0;
    await manager.checkpoint();
    expect(renamed).toEqual([]);
    logs[7]?.appendAsLeader(makeBatch({ records: 3 }), { leaderEpoch: 0 });
    logs[7]?.setHighWatermark(3);
    await manager.checkpoint();
    expect(renamed).toEqual(['replication-offset-checkpoint']);
    expect(read('replication-offset-checkpoint')).toContain('t 7 3\n');
    await manager.close();
  });

  it('that are written at once while others are collected stay, and what was deleted meanwhile is forgotten', async () => {
    const { manager, logs, read, onTurn } = begin();
    const [first] = logs;
    first?.appendAsLeader(makeBatch({ records: 5 }), { leaderEpoch: 0 });
    await first?.flush();
    let turn = 0;
    onTurn(() => {
      // The first file, the recovery points, is half collected.
      if (++turn !== 4) return;
      first?.truncateTo(2);
      manager.delete({ topic: 't', partition: 39 });
    });
    await manager.checkpoint();
    expect(turn).toBeGreaterThan(4);
    expect(read('recovery-point-offset-checkpoint')).toContain('t 0 0\n');
    await manager.whenFree({ topic: 't', partition: 39 });
    for (const file of FILES) {
      expect(read(file)).not.toContain('t 39 ');
      expect(read(file).startsWith(`0\n${PARTITIONS - 1}\n`)).toBe(true);
    }
    await manager.close();
  });
});
