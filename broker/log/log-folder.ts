import type { Disk, DiskFile, DiskLock, FileStat, OpenMode } from '../../src/base/environment.ts';

/**
 * The disk as one log has it: notes when a file of the log's folder comes, goes or gets another name, so that the folder is
 * synced when that is necessary, and not with every flush. All parts of the log work on it, so that none has to remember.
 */
export class LogFolder implements Disk {
  readonly #disk: Disk;
  readonly #path: string;
  /** Counts what makes a sync necessary, the opening of the log among it: a crash may have come before the last sync. */
  #changes = 1;
  /** As many of the changes are on the disk. */
  #synced = 0;

  constructor(disk: Disk, path: string) {
    this.#disk = disk;
    this.#path = path;
  }

  get openFilesMax(): number {
    return this.#disk.openFilesMax;
  }

  open(path: string, mode: OpenMode): DiskFile {
    if (mode === 'create') this.#changes++;
    return this.#disk.open(path, mode);
  }

  exists(path: string): boolean {
    return this.#disk.exists(path);
  }

  readFile(path: string): Buffer {
    return this.#disk.readFile(path);
  }

  writeFile(path: string, content: Uint8Array): void {
    this.#changes++;
    this.#disk.writeFile(path, content);
  }

  replaceFile(path: string, content: Uint8Array): void {
    this.#changes++;
    this.#disk.replaceFile(path, content);
  }

  makeDirectory(path: string, options?: { readonly durable: boolean }): void {
    this.#disk.makeDirectory(path, options);
  }

  createDirectory(path: string): boolean {
    return this.#disk.createDirectory(path);
  }

  list(path: string): readonly string[] {
    return this.#disk.list(path);
  }

  isDirectory(path: string): boolean {
    return this.#disk.isDirectory(path);
  }

  fileStat(path: string): FileStat | undefined {
    return this.#disk.fileStat(path);
  }

  directoryModifiedMs(path: string): number | undefined {
    return this.#disk.directoryModifiedMs(path);
  }

  space(path: string): { readonly totalBytes: number; readonly usableBytes: number } {
    return this.#disk.space(path);
  }

  rename(from: string, to: string): void {
    this.#changes++;
    this.#disk.rename(from, to);
  }

  remove(path: string): void {
    this.#changes++;
    this.#disk.remove(path);
  }

  async removeInBackground(path: string): Promise<void> {
    try {
      await this.#disk.removeInBackground(path);
    } finally {
      this.#changes++;
    }
  }

  removeDirectory(path: string): void {
    this.#disk.removeDirectory(path);
  }

  removeEmptyDirectory(path: string): boolean {
    return this.#disk.removeEmptyDirectory(path);
  }

  removeDirectoryInBackground(path: string): Promise<void> {
    return this.#disk.removeDirectoryInBackground(path);
  }

  /** Of the log's own folder only where it has changed since the last one. */
  async syncDirectory(path: string): Promise<void> {
    const changes = this.#changes;
    if (path === this.#path && this.#synced >= changes) return;
    await this.#disk.syncDirectory(path);
    if (path === this.#path) this.#synced = Math.max(this.#synced, changes);
  }

  lock(path: string): DiskLock {
    return this.#disk.lock(path);
  }
}
