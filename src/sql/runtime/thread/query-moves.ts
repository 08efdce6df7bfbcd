import { childPath } from '../../../base/child-path.ts';
import { threadFolder } from '../../../streams/threads/thread-folders.ts';
import { isOfServer, isPushQuery, isQuery, type KafkaHostOptions, prefixOf } from '../app-options.ts';
import { PROCESS_ID_FILE } from '../instance-ids.ts';
import type { QueryMove } from '../moved-queries.ts';

/**
 * In the state folder, behind the prefix of a server: how many stream threads its queries are spread over. Without a prefix servers of
 * an earlier version have noted it, all of them.
 */
const COUNT_FILE = 'stream-threads';

/** What has to be brought elsewhere before queries start. */
export interface PlannedMoves {
  readonly moves: readonly QueryMove[];
  /** Folders of threads that there are no more. */
  readonly emptied: readonly string[];
}

const NO_MOVES: PlannedMoves = { moves: [], emptied: [] };

/**
 * Where queries have to go since the server has another number of threads than in its last life: those of threads that are no
 * more to the others, and of threads that have more than their share as many to those that have less.
 */
export function planMoves(host: KafkaHostOptions, count: number): PlannedMoves {
  const { disk } = host.environment;
  if (!disk.exists(host.stateDir)) return NO_MOVES;
  const emptied = formerFolders(host, count);
  if (emptied.length === 0 && notedCount(host) === count) return NO_MOVES;
  const places = Array.from({ length: count }, (_, index) => {
    const stateDir = threadFolder(host, index);
    return { stateDir, ids: queriesIn(host, stateDir) };
  });
  const former = emptied.map((stateDir) => ({ stateDir, ids: queriesIn(host, stateDir) }));
  const total = [...places, ...former].reduce((sum, { ids }) => sum + ids.length, 0);
  const share = Math.ceil(total / count);
  const moving = [
    ...former.flatMap(({ stateDir, ids }) => ids.map((applicationId) => ({ applicationId, from: stateDir }))),
    ...places.flatMap(({ stateDir, ids }) =>
      ids.splice(share).map((applicationId) => ({ applicationId, from: stateDir })),
    ),
  ];
  const moves = moving.map((each): QueryMove => {
    const to = places.reduce((best, place) => (place.ids.length < best.ids.length ? place : best));
    to.ids.push(each.applicationId);
    return { ...each, to: to.stateDir };
  });
  // What push queries have left is removed by whoever has their folders.
  const leftovers = emptied.flatMap((from) =>
    disk
      .list(from)
      .filter((name) => isPushQuery(host, name))
      .map((applicationId) => ({ applicationId, from, to: host.stateDir })),
  );
  return { moves: [...moves, ...leftovers], emptied };
}

/** Notes that the queries are spread over so many threads. */
export function noteCount(host: KafkaHostOptions, count: number): void {
  const { environment, stateDir } = host;
  const { disk } = environment;
  const file = countFile(host);
  if (disk.exists(file) && notedCount(host) === count) return;
  disk.makeDirectory(stateDir);
  disk.replaceFile(file, Buffer.from(`${count}\n`));
}

function notedCount(host: KafkaHostOptions): number {
  const { disk } = host.environment;
  const file = [countFile(host), childPath(host.stateDir, COUNT_FILE)].find((each) => disk.exists(each));
  return file === undefined ? Number.NaN : Number(disk.readFile(file).toString());
}

const countFile = (host: KafkaHostOptions): string =>
  childPath(host.stateDir, `${prefixOf(host)}${COUNT_FILE}`);

/** Those of an earlier life that had more threads, but for what only other servers have. */
function formerFolders(host: KafkaHostOptions, count: number): readonly string[] {
  return host.environment.disk
    .list(host.stateDir)
    .map((name) => Number(/^thread-(\d+)$/.exec(name)?.[1] ?? 0))
    .filter((index) => index >= count)
    .map((index) => threadFolder(host, index))
    .filter((folder) => {
      const names = host.environment.disk.list(folder);
      return names.some((name) => isOfServer(host, name)) || names.every((name) => name === PROCESS_ID_FILE);
    });
}

function queriesIn(host: KafkaHostOptions, stateDir: string): string[] {
  const { disk } = host.environment;
  return disk.exists(stateDir) ? disk.list(stateDir).filter((name) => isQuery(host, name)) : [];
}
