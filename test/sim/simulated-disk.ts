import type { Disk, DiskFile, DiskLock, FileStat, OpenMode } from '../../src/base/environment.ts';
import { OperationalError } from '../../src/base/errors.ts';
import { DirectoryNode } from './directory-node.ts';
import { FileNode } from './file-node.ts';
import type { SeededRandom } from './seeded-random.ts';

/** What a disk asks of its host. */
export interface DiskHost {
  /** Runs `callback` after a while, unless the process of this incarnation is gone by then. */
  later(delayMs: number, what: string, callback: () => void): void;
  /** The n-th operation was to be the last: the power goes. */
  powerLoss(): void;
  /** An operation does not return for so long: the process does nothing else meanwhile. */
  stall(stallMs: number): void;
}

const SYNC_MS_MIN = 0.1;
const SYNC_MS_MAX = 8;
const NO_STALL = { probability: 0, msMax: 0 };

/** The medium: it outlives the processes that use it. */
export class SimulatedMedium {
  readonly root = new DirectoryNode();
  /** Of what power losses and damage leave. */
  readonly random: SeededRandom;
  readonly syncing: SeededRandom;
  readonly stalling: SeededRandom;
  /** Bytes that can still be written before DISK_FULL. */
  freeBytes = Number.POSITIVE_INFINITY;
  /** Which operation from now on fails with DISK_ERROR (1 is the next); 0: none. */
  failAfter = 0;
  /** Before which operation from now on the power goes (1 is the next); 0: none. */
  crashAfter = 0;
  /** Operations so far. */
  operations = 0;
  readonly locks = new Set<string>();
  /** The longest that a sync takes. */
  syncMsMax = SYNC_MS_MAX;
  /** How often an operation does not return at once, and for how long at most. */
  stall: { readonly probability: number; readonly msMax: number } = NO_STALL;

  constructor(random: SeededRandom) {
    this.random = random;
    this.syncing = random.fork('syncs');
    this.stalling = random.fork('stalls');
  }

  /** As fast as by default. */
  beQuick(): void {
    this.syncMsMax = SYNC_MS_MAX;
    this.stall = NO_STALL;
  }

  crash(): void {
    this.root.crash(this.random);
    this.locks.clear();
  }
}

/** The disk as one process sees it. When the process is dead every call throws `HOST_DOWN`. */
export class SimulatedDisk implements Disk {
  readonly openFilesMax = Number.POSITIVE_INFINITY;
  readonly #medium: SimulatedMedium;
  readonly #host: DiskHost;
  #isAlive = true;

  constructor(medium: SimulatedMedium, host: DiskHost) {
    this.#medium = medium;
    this.#host = host;
  }

  /** The process ends. */
  detach(): void {
    this.#isAlive = false;
  }

  /** Counts an operation and lets planned faults happen. */
  operation(what: string, path: string): void {
    const medium = this.#medium;
    if (!this.#isAlive)
      throw new OperationalError('HOST_DOWN', `cannot ${what} ${path}: the process is gone`, {
        retriable: false,
      });
    medium.operations++;
    const { probability, msMax } = medium.stall;
    if (probability > 0 && medium.stalling.chance(probability))
      this.#host.stall(medium.stalling.float() * msMax);
    if (medium.crashAfter > 0 && --medium.crashAfter === 0) {
      this.#host.powerLoss();
      throw new OperationalError('HOST_DOWN', `cannot ${what} ${path}: the power went`, { retriable: false });
    }
    if (medium.failAfter > 0 && --medium.failAfter === 0) {
      throw new OperationalError('DISK_ERROR', `cannot ${what} ${path}: simulated fault`, {
        retriable: false,
      });
    }
  }

  open(path: string, mode: OpenMode): DiskFile {
    this.operation('open', path);
    const { directory, name } = this.#parentOf(path);
    let node = directory.get(name);
    if (node === undefined && mode === 'create') {
      node = new FileNode();
      directory.set(name, node);
    }
    if (!(node instanceof FileNode)) throw notFound('open', path);
    return new SimulatedFile(path, node, { disk: this, medium: this.#medium, host: this.#host });
  }

  exists(path: string): boolean {
    this.operation('look at', path);
    return this.#find(path) !== undefined;
  }

  readFile(path: string): Buffer {
    this.operation('read', path);
    const node = this.#find(path);
    if (!(node instanceof FileNode)) throw notFound('read', path);
    const content = Buffer.alloc(node.size);
    node.read(content, 0, content.length, 0);
    return content;
  }

  writeFile(path: string, content: Uint8Array): void {
    const file = this.open(path, 'create');
    file.truncate(0);
    file.write([content], 0);
    file.close();
  }

  replaceFile(path: string, content: Uint8Array): void {
    const aside = `${path}.tmp`;
    this.operation('create', aside);
    const { directory, name } = this.#parentOf(path);
    const node = new FileNode();
    directory.set(`${name}.tmp`, node);
    this.operation('write', aside);
    this.takeSpace(content.length, aside);
    node.write(content, 0);
    this.operation('sync', aside);
    node.syncNow();
    this.operation('rename', aside);
    directory.rename(`${name}.tmp`, name);
    this.operation('sync', path);
    directory.syncNow();
  }

  makeDirectory(path: string, options?: { readonly durable: boolean }): void {
    this.operation('create', path);
    let directory = this.#medium.root;
    for (const part of partsOf(path)) {
      let next = directory.get(part);
      if (next === undefined) {
        next = new DirectoryNode();
        directory.set(part, next);
      }
      if (!(next instanceof DirectoryNode)) throw notFound('create', path);
      if (options?.durable === true) {
        this.operation('sync', path);
        directory.syncNow();
      }
      directory = next;
    }
  }

  createDirectory(path: string): boolean {
    this.operation('create', path);
    const { directory, name } = this.#parentOf(path);
    if (directory.get(name) !== undefined) return false;
    directory.set(name, new DirectoryNode());
    return true;
  }

  list(path: string): readonly string[] {
    this.operation('list', path);
    return this.#directory('list', path).names();
  }

  isDirectory(path: string): boolean {
    this.operation('look at', path);
    return this.#find(path) instanceof DirectoryNode;
  }

  fileStat(path: string): FileStat | undefined {
    this.operation('look at', path);
    const node = this.#find(path);
    return node instanceof FileNode ? { sizeInBytes: node.size, modifiedMs: node.modifiedMs } : undefined;
  }

  directoryModifiedMs(path: string): number | undefined {
    this.operation('look at', path);
    const node = this.#find(path);
    return node instanceof DirectoryNode ? node.modifiedMs : undefined;
  }

  space(path: string): { readonly totalBytes: number; readonly usableBytes: number } {
    this.operation('look at', path);
    const { freeBytes } = this.#medium;
    return { totalBytes: freeBytes, usableBytes: freeBytes };
  }

  rename(from: string, to: string): void {
    this.operation('rename', from);
    const source = this.#parentOf(from);
    const target = this.#parentOf(to);
    if (source.directory !== target.directory)
      throw new Error('the simulator renames within a directory only');
    if (source.directory.get(source.name) === undefined) throw notFound('rename', from);
    source.directory.rename(source.name, target.name);
  }

  remove(path: string): void {
    this.operation('remove', path);
    const { directory, name } = this.#parentOf(path);
    if (directory.get(name) instanceof DirectoryNode) throw notFound('remove', path);
    directory.unset(name);
  }

  async removeInBackground(path: string): Promise<void> {
    this.remove(path);
  }

  removeDirectory(path: string): void {
    this.operation('remove', path);
    const { directory, name } = this.#parentOf(path);
    directory.unset(name);
  }

  removeEmptyDirectory(path: string): boolean {
    if (!this.exists(path) || this.list(path).length > 0) return false;
    this.removeDirectory(path);
    return true;
  }

  async removeDirectoryInBackground(path: string): Promise<void> {
    this.operation('remove', path);
    const { directory, name } = this.#parentOf(path);
    await this.wait(`remove ${path}`, () => directory.unset(name));
  }

  async syncDirectory(path: string): Promise<void> {
    this.operation('sync', path);
    const complete = this.#directory('sync', path).beginSync();
    await this.wait(`sync ${path}`, complete);
  }

  lock(path: string): DiskLock {
    this.operation('lock', path);
    const { locks } = this.#medium;
    if (locks.has(path)) {
      throw new OperationalError('LOCKED', `${path} is in use by another process`, { retriable: false });
    }
    locks.add(path);
    return { release: () => locks.delete(path) };
  }

  /** Waits as long as a sync may take, then lets it take effect. */
  wait(what: string, complete: () => void): Promise<void> {
    const delayMs = this.#medium.syncing.between(SYNC_MS_MIN, this.#medium.syncMsMax);
    return new Promise((resolve, reject) => {
      this.#host.later(delayMs, what, () => {
        try {
          this.operation('finish', what);
          complete();
          resolve();
        } catch (error) {
          reject(error as Error);
        }
      });
    });
  }

  /** @throws {OperationalError} DISK_FULL when fewer bytes are free; none are taken then. */
  takeSpace(bytes: number, path: string): void {
    if (bytes > this.#medium.freeBytes) throw diskFull(path);
    this.#medium.freeBytes -= bytes;
  }

  #find(path: string): FileNode | DirectoryNode | undefined {
    let node: FileNode | DirectoryNode | undefined = this.#medium.root;
    for (const part of partsOf(path)) {
      if (!(node instanceof DirectoryNode)) return undefined;
      node = node.get(part);
    }
    return node;
  }

  #directory(what: string, path: string): DirectoryNode {
    const node = this.#find(path);
    if (!(node instanceof DirectoryNode)) throw notFound(what, path);
    return node;
  }

  #parentOf(path: string): { readonly directory: DirectoryNode; readonly name: string } {
    const parts = partsOf(path);
    const name = parts.at(-1);
    let node: FileNode | DirectoryNode | undefined = this.#medium.root;
    for (let index = 0; index < parts.length - 1; index++) {
      if (!(node instanceof DirectoryNode)) break;
      node = node.get(parts[index] as string);
    }
    if (name === undefined || !(node instanceof DirectoryNode)) throw notFound('open', path);
    return { directory: node, name };
  }
}

class SimulatedFile implements DiskFile {
  readonly path: string;
  readonly #node: FileNode;
  readonly #disk: SimulatedDisk;
  readonly #medium: SimulatedMedium;
  #isOpen = true;

  constructor(
    path: string,
    node: FileNode,
    parts: { readonly disk: SimulatedDisk; readonly medium: SimulatedMedium; readonly host: DiskHost },
  ) {
    this.path = path;
    this.#node = node;
    this.#disk = parts.disk;
    this.#medium = parts.medium;
  }

  size(): number {
    this.#operation('look at');
    return this.#node.size;
  }

  read(target: Uint8Array, offset: number, length: number, position: number): number {
    this.#operation('read');
    return this.#node.read(target, offset, length, position);
  }

  write(chunks: readonly Uint8Array[], position: number): void {
    this.#operation('write');
    const [first] = chunks;
    const data = first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks);
    const fitting = Math.min(data.length, this.#medium.freeBytes);
    // A full disk takes the beginning of a write.
    this.#disk.takeSpace(fitting, this.path);
    if (fitting > 0) this.#node.write(data.subarray(0, fitting), position);
    if (fitting < data.length) throw diskFull(this.path);
  }

  truncate(size: number): void {
    this.#operation('truncate');
    this.#medium.freeBytes += Math.max(0, this.#node.size - size);
    this.#node.truncate(size);
  }

  async sync(): Promise<void> {
    this.#operation('sync');
    await this.#disk.wait(`sync ${this.path}`, this.#node.beginSync());
  }

  close(): void {
    this.#isOpen = false;
  }

  #operation(what: string): void {
    if (!this.#isOpen) throw new Error(`${this.path} is closed`);
    this.#disk.operation(what, this.path);
  }
}

/** Paths are few, and are asked for again and again. */
const PATHS_MAX = 10_000;
const knownParts = new Map<string, readonly string[]>();

function partsOf(path: string): readonly string[] {
  let parts = knownParts.get(path);
  if (parts === undefined) {
    parts = path.split('/').filter((part) => part !== '' && part !== '.');
    if (knownParts.size === PATHS_MAX) knownParts.clear();
    knownParts.set(path, parts);
  }
  return parts;
}

function notFound(what: string, path: string): OperationalError {
  return new OperationalError('NOT_FOUND', `cannot ${what} ${path}: no such file or directory`, {
    retriable: false,
  });
}

function diskFull(path: string): OperationalError {
  return new OperationalError('DISK_FULL', `no space left to write ${path}`, { retriable: true });
}
