import { describe, expect, test } from 'vitest';
import { SnapshotFiles } from '../../broker/quorum/snapshot-files.ts';
import { parseSnapshotFileName } from '../../broker/quorum/snapshot-id.ts';
import type { Environment } from '../../src/base/environment.ts';
import { silentLogger } from '../../src/base/logger.ts';
import { OperationalError } from '../../src/base/errors.ts';
import { simulate, seedsOf, type Simulation } from './simulation.ts';

const DIRECTORY = '/data/__cluster_metadata-0';
const accept = (): undefined => undefined;

function filesOf(environment: Environment): SnapshotFiles {
  return new SnapshotFiles({ environment, logger: silentLogger, directory: DIRECTORY });
}

function valuesOf(endOffset: number, count = 3): Buffer[] {
  return Array.from({ length: count }, (_, i) => Buffer.from(`record ${i} of ${endOffset}`));
}

async function begin(simulation: Simulation): Promise<SnapshotFiles> {
  const { environment } = simulation.host('node');
  environment.disk.makeDirectory(DIRECTORY);
  await simulation.settle(environment.disk.syncDirectory('/'));
  await simulation.settle(environment.disk.syncDirectory('/data'));
  return filesOf(environment);
}

function write(simulation: Simulation, files: SnapshotFiles, endOffset: number, count?: number) {
  const content = { values: valuesOf(endOffset, count), timestampMs: 1_000 };
  return simulation.settle(files.write({ endOffset, epoch: 7 }, content));
}

const names = (simulation: Simulation): readonly string[] =>
  simulation.host('node').environment.disk.list(DIRECTORY);

describe('snapshots of the metadata', () => {
  test('are read as they were written, in Kafka`s names; the newest two are kept', async () => {
    await simulate(1, import.meta.url, async (simulation) => {
      const files = await begin(simulation);
      expect(files.readNewest(accept)).toBeUndefined();
      for (const endOffset of [5, 12, 300]) await write(simulation, files, endOffset, 5_000);
      expect(names(simulation)).toEqual([
        '00000000000000000012-0000000007.checkpoint',
        '00000000000000000300-0000000007.checkpoint',
      ]);
      const read = files.readNewest(accept);
      expect(read?.id).toEqual({ endOffset: 300, epoch: 7 });
      expect(read?.values.map(String)).toEqual(valuesOf(300, 5_000).map(String));
      expect(files.readNewest(({ id }) => (id.endOffset === 300 ? 'no' : undefined))?.id.endOffset).toBe(12);
      expect(parseSnapshotFileName('00000000000000000012-0000000007.checkpoint.part')).toBeUndefined();
    });
  });

  test('with any byte changed, or cut short anywhere, are passed over for the one before', async () => {
    await simulate(2, import.meta.url, async (simulation) => {
      const files = await begin(simulation);
      await write(simulation, files, 5);
      await write(simulation, files, 12);
      const { disk } = simulation.host('node').environment;
      const path = `${DIRECTORY}/00000000000000000012-0000000007.checkpoint`;
      const whole = disk.readFile(path);
      const read = (content: Buffer): number | undefined => {
        disk.replaceFile(path, content);
        return files.readNewest(accept)?.id.endOffset;
      };
      for (let at = 0; at < whole.length; at++) {
        const damaged = Buffer.from(whole);
        damaged[at] = (damaged[at] ?? 0) ^ (1 << (at % 8));
        expect(read(damaged), `byte ${at}`).toBe(5);
        expect(read(whole.subarray(0, at)), `cut at ${at}`).toBe(5);
      }
      expect(read(Buffer.concat([whole, whole]))).toBe(5);
      expect(read(whole)).toBe(12);
    });
  });

  test('are there whole or not at all, whenever the power goes, and the ones before stay', async () => {
    let written = 0;
    let lost = 0;
    for (const seed of seedsOf(150)) {
      await simulate(seed, import.meta.url, async (simulation) => {
        let files = await begin(simulation);
        await write(simulation, files, 5);
        const host = simulation.host('node');
        host.medium.crashAfter = 1 + simulation.random.int(16);
        const writing = files.write({ endOffset: 12, epoch: 7 }, { values: valuesOf(12), timestampMs: 1 });
        let isDone = false;
        writing.then(
          () => {
            isDone = true;
          },
          () => {},
        );
        await simulation.runFor(1_000);
        if (host.isUp) host.crash();
        host.medium.crashAfter = 0;
        files = filesOf(host.restart());
        const read = files.readNewest(accept);
        const endOffset = read?.id.endOffset ?? -1;
        expect(isDone ? [12] : [5, 12]).toContain(endOffset);
        expect(read?.values.map(String)).toEqual(valuesOf(endOffset).map(String));
        if (isDone) written++;
        else lost++;
        // The next one takes away what the crash has left.
        await write(simulation, files, 20);
        expect(names(simulation).every((name) => name.endsWith('.checkpoint'))).toBe(true);
      });
    }
    expect(written).toBeGreaterThan(5);
    expect(lost).toBeGreaterThan(5);
  });

  test('that find no space leave none of it taken', async () => {
    await simulate(4, import.meta.url, async (simulation) => {
      const files = await begin(simulation);
      await write(simulation, files, 5);
      simulation.host('node').medium.freeBytes = 100;
      await expect(write(simulation, files, 12)).rejects.toThrow(OperationalError);
      expect(names(simulation)).toEqual(['00000000000000000005-0000000007.checkpoint']);
      simulation.host('node').medium.freeBytes = Number.POSITIVE_INFINITY;
      await write(simulation, files, 12);
      expect(files.readNewest(accept)?.id.endOffset).toBe(12);
    });
  });
});
