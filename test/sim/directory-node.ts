import type { FileNode } from './file-node.ts';
import type { SeededRandom } from './seeded-random.ts';

export type Node = FileNode | DirectoryNode;

type Change =
  | { readonly kind: 'set'; readonly name: string; readonly node: Node }
  | { readonly kind: 'unset'; readonly name: string }
  | { readonly kind: 'rename'; readonly from: string; readonly to: string };

/** A directory as disk and cache have it: entries made, renamed or removed since the last sync are only in the cache. */
export class DirectoryNode {
  #current = new Map<string, Node>();
  #durable = new Map<string, Node>();
  #unsynced: Change[] = [];
  #changes = 0;

  /** No time: it grows with each change. */
  get modifiedMs(): number {
    return this.#changes;
  }

  get(name: string): Node | undefined {
    return this.#current.get(name);
  }

  names(): string[] {
    return [...this.#current.keys()].toSorted();
  }

  set(name: string, node: Node): void {
    this.#change({ kind: 'set', name, node });
  }

  unset(name: string): void {
    if (this.#current.has(name)) this.#change({ kind: 'unset', name });
  }

  rename(from: string, to: string): void {
    this.#change({ kind: 'rename', from, to });
  }

  beginSync(): () => void {
    const last = this.#unsynced.at(-1);
    return () => {
      const index = last === undefined ? -1 : this.#unsynced.indexOf(last);
      for (const change of this.#unsynced.splice(0, index + 1)) apply(this.#durable, change);
    };
  }

  syncNow(): void {
    this.beginSync()();
  }

  /** A power loss: of the unsynced changes a beginning survives (file systems journal them in order). */
  crash(random: SeededRandom): void {
    const count = random.chance(0.5) ? this.#unsynced.length : random.int(this.#unsynced.length + 1);
    for (const change of this.#unsynced.slice(0, count)) apply(this.#durable, change);
    this.#unsynced = [];
    this.#current = new Map(this.#durable);
    for (const name of this.names()) this.#current.get(name)?.crash(random);
  }

  #change(change: Change): void {
    this.#changes++;
    apply(this.#current, change);
    this.#unsynced.push(change);
  }
}

function apply(entries: Map<string, Node>, change: Change): void {
  switch (change.kind) {
    case 'set':
      entries.set(change.name, change.node);
      return;
    case 'unset':
      entries.delete(change.name);
      return;
    case 'rename': {
      const node = entries.get(change.from);
      if (node === undefined) return;
      entries.delete(change.from);
      entries.set(change.to, node);
    }
  }
}
