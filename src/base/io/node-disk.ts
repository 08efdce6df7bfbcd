import fs from 'node:fs';
import path from 'node:path';
import type { Disk, DiskFile, OpenMode } from '../environment.ts';
import { messageOf, OperationalError } from '../errors.ts';
import { NodeLock } from './node-lock.ts';
import { openFilesLimit } from './open-files-limit.ts';

const OPEN_FLAGS = {
  read: fs.constants.O_RDONLY,
  write: fs.constants.O_RDWR,
  create: fs.constants.O_RDWR | fs.constants.O_CREAT,
} satisfies Record<OpenMode, number>;

/** Of a directory that is not empty, as systems say it, or not there. */
const NOT_REMOVED: ReadonlySet<string> = new Set(['ENOTEMPTY', 'EEXIST', 'ENOENT']);

let openFilesMax: number | undefined;

export const nodeDisk: Disk = {
  get openFilesMax() {
    openFilesMax ??= openFilesLimit();
    return openFilesMax;
  },
  open: (file, mode) =>
    attempt('open', file, () => new NodeFile(file, fs.openSync(file, OPEN_FLAGS[mode], 0o644))),
  exists: (file) => fs.existsSync(file),
  readFile: (file) => attempt('read', file, () => fs.readFileSync(file)),
  writeFile(file, content) {
    attempt('write', file, () => {
      const descriptor = fs.openSync(file, 'w', 0o644);
      try {
        if (content.length > 0) writeAll(descriptor, content, 0);
      } finally {
        fs.closeSync(descriptor);
      }
    });
  },
  replaceFile(file, content) {
    attempt('write', file, () => {
      const aside = `${file}.tmp`;
      const descriptor = fs.openSync(aside, 'w', 0o644);
      try {
        let written = 0;
        while (written < content.length) written += fs.writeSync(descriptor, content, written);
        fs.fdatasyncSync(descriptor);
      } finally {
        fs.closeSync(descriptor);
      }
      fs.renameSync(aside, file);
      syncDirectoryNow(path.dirname(file));
    });
  },
  makeDirectory(directory, options) {
    attempt('create', directory, () => makeDirectories(directory, options?.durable === true));
  },
  createDirectory: (directory) => attempt('create', directory, () => createDirectory(directory)),
  list: (directory) => attempt('list', directory, () => fs.readdirSync(directory).toSorted()),
  isDirectory: (file) => fs.statSync(file, { throwIfNoEntry: false })?.isDirectory() ?? false,
  fileStat(file) {
    const stats = attempt('look at', file, () => fs.statSync(file, { throwIfNoEntry: false }));
    return stats?.isFile() === true ? { sizeInBytes: stats.size, modifiedMs: stats.mtimeMs } : undefined;
  },
  directoryModifiedMs(directory) {
    const stats = attempt('look at', directory, () => fs.statSync(directory, { throwIfNoEntry: false }));
    return stats?.isDirectory() === true ? stats.mtimeMs : undefined;
  },
  space: (directory) =>
    attempt('look at', directory, () => {
      const { bsize, blocks, bavail } = fs.statfsSync(directory);
      return { totalBytes: bsize * blocks, usableBytes: bsize * bavail };
    }),
  rename(from, to) {
    attempt('rename', from, () => fs.renameSync(from, to));
  },
  remove(file) {
    attempt('remove', file, () => fs.rmSync(file, { force: true }));
  },
  async removeInBackground(file) {
    try {
      await fs.promises.unlink(file);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw diskError('remove', file, error);
    }
  },
  removeDirectory(directory) {
    attempt('remove', directory, () => fs.rmSync(directory, { recursive: true, force: true }));
  },
  removeEmptyDirectory(directory) {
    try {
      fs.rmdirSync(directory);
      return true;
    } catch (error) {
      if (NOT_REMOVED.has(codeOf(error))) return false;
      throw diskError('remove', directory, error);
    }
  },
  async removeDirectoryInBackground(directory) {
    try {
      await fs.promises.rm(directory, { recursive: true, force: true });
    } catch (error) {
      throw diskError('remove', directory, error);
    }
  },
  syncDirectory: (directory) =>
    new Promise((resolve, reject) => {
      const descriptor = attempt('sync', directory, () => fs.openSync(directory, 'r'));
      fs.fsync(descriptor, (error) => {
        fs.closeSync(descriptor);
        if (error === null) resolve();
        else reject(diskError('sync', directory, error));
      });
    }),
  lock: (file) => attempt('lock', file, () => new NodeLock(file)),
};

class NodeFile implements DiskFile {
  readonly path: string;
  readonly #descriptor: number;

  constructor(file: string, descriptor: number) {
    this.path = file;
    this.#descriptor = descriptor;
  }

  size(): number {
    return fs.fstatSync(this.#descriptor).size;
  }

  read(target: Uint8Array, offset: number, length: number, position: number): number {
    return attempt('read', this.path, () => {
      let total = 0;
      while (total < length) {
        const count = fs.readSync(this.#descriptor, target, offset + total, length - total, position + total);
        if (count === 0) break;
        total += count;
      }
      return total;
    });
  }

  write(chunks: readonly Uint8Array[], position: number): void {
    attempt('write', this.path, () => {
      if (chunks.length === 1) {
        writeAll(this.#descriptor, chunks[0] as Uint8Array, position);
        return;
      }
      let total = 0;
      for (const chunk of chunks) total += chunk.length;
      const count = fs.writevSync(this.#descriptor, chunks as Uint8Array[], position);
      if (count < total) writeAll(this.#descriptor, Buffer.concat(chunks).subarray(count), position + count);
    });
  }

  truncate(size: number): void {
    attempt('truncate', this.path, () => fs.ftruncateSync(this.#descriptor, size));
  }

  sync(): Promise<void> {
    return new Promise((resolve, reject) => {
      fs.fdatasync(this.#descriptor, (error) => {
        if (error === null) resolve();
        else reject(diskError('sync', this.path, error));
      });
    });
  }

  close(): void {
    fs.closeSync(this.#descriptor);
  }
}

function writeAll(descriptor: number, bytes: Uint8Array, position: number): void {
  let written = 0;
  while (written < bytes.length) {
    written += fs.writeSync(descriptor, bytes, written, bytes.length - written, position + written);
  }
}

function syncDirectoryNow(directory: string): void {
  const descriptor = fs.openSync(directory, 'r');
  try {
    fs.fsyncSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}

/**
 * Makes what is missing, from the top down. Not `mkdirSync` with `recursive`: that never returns where a file system
 * answers ENOENT for a folder whose parent exists, as /proc does.
 */
function makeDirectories(directory: string, durable: boolean): void {
  const missing: string[] = [];
  for (let at = path.resolve(directory); !fs.existsSync(at); at = path.dirname(at)) missing.push(at);
  for (const each of missing.toReversed()) {
    fs.mkdirSync(each);
    // One level after the other: what exists has parents that are synced, even if this process ends here.
    if (durable) syncDirectoryNow(path.dirname(each));
  }
  if (missing.length > 0) return;
  if (!fs.statSync(directory).isDirectory()) throw new Error('it is a file, not a folder');
  if (durable) syncDirectoryNow(path.dirname(path.resolve(directory)));
}

function createDirectory(directory: string): boolean {
  try {
    fs.mkdirSync(directory);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

function attempt<T>(verb: string, file: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw diskError(verb, file, error);
  }
}

const DISK_CODES: Readonly<Record<string, string>> = {
  ENOSPC: 'DISK_FULL',
  EDQUOT: 'DISK_FULL',
  ENOENT: 'NOT_FOUND',
  EACCES: 'NOT_PERMITTED',
  EPERM: 'NOT_PERMITTED',
  EROFS: 'NOT_PERMITTED',
};

/** What the system calls it. */
const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? '';

function diskError(verb: string, file: string, error: unknown): OperationalError {
  if (error instanceof OperationalError) return error;
  const code = DISK_CODES[codeOf(error)] ?? 'DISK_ERROR';
  const text =
    code === 'DISK_FULL' ? `no space left to ${verb} ${file}` : `cannot ${verb} ${file}: ${messageOf(error)}`;
  return new OperationalError(code, text, { retriable: code === 'DISK_FULL', cause: error });
}
