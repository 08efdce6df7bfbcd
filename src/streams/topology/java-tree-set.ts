import { assertDefined } from '../../base/assert.ts';

type Side = 0 | 1;
const otherSide = (side: Side): Side => (side === 0 ? 1 : 0);

interface Entry<T> {
  readonly value: T;
  readonly children: [Entry<T> | undefined, Entry<T> | undefined];
  parent: Entry<T> | undefined;
  red: boolean;
}

/**
 * Java's TreeSet: a red-black tree. What is put in is compared with what lies on its way only, and not again: where the
 * order of values changes while they are in it, the shape of the tree decides where the next one goes. So it is the same
 * tree, rotation by rotation.
 */
export class JavaTreeSet<T> {
  readonly #compare: (a: T, b: T) => number;
  #root: Entry<T> | undefined;

  constructor(compare: (a: T, b: T) => number) {
    this.#compare = compare;
  }

  add(value: T): void {
    let parent: Entry<T> | undefined;
    let side: Side = 0;
    for (let at = this.#root; at; at = at.children[side]) {
      const order = this.#compare(value, at.value);
      if (order === 0) return;
      parent = at;
      side = order < 0 ? 0 : 1;
    }
    const entry: Entry<T> = { value, children: [undefined, undefined], parent, red: true };
    if (parent) parent.children[side] = entry;
    else this.#root = entry;
    this.#rebalance(entry);
  }

  *[Symbol.iterator](): Generator<T> {
    yield* inOrder(this.#root);
  }

  #rebalance(added: Entry<T>): void {
    let entry = added;
    while (entry.parent?.red) {
      let { parent } = entry;
      // What is red has a parent: the root is black.
      const grandparent = assertDefined(parent.parent, 'a red root');
      const side: Side = grandparent.children[0] === parent ? 0 : 1;
      const uncle = grandparent.children[otherSide(side)];
      if (uncle?.red) {
        parent.red = false;
        uncle.red = false;
        grandparent.red = true;
        entry = grandparent;
        continue;
      }
      if (parent.children[side] !== entry) {
        this.#rotate(parent, side);
        [entry, parent] = [parent, entry];
      }
      parent.red = false;
      grandparent.red = true;
      this.#rotate(grandparent, otherSide(side));
    }
    if (this.#root) this.#root.red = false;
  }

  /** Puts an entry to one side of its child on the other, which takes its place. */
  #rotate(down: Entry<T>, side: Side): void {
    const up = assertDefined(down.children[otherSide(side)], 'nothing to rotate up');
    const between = up.children[side];
    down.children[otherSide(side)] = between;
    if (between) between.parent = down;
    const { parent } = down;
    up.parent = parent;
    if (parent) parent.children[parent.children[0] === down ? 0 : 1] = up;
    else this.#root = up;
    up.children[side] = down;
    down.parent = up;
  }
}

function* inOrder<T>(entry: Entry<T> | undefined): Generator<T> {
  if (!entry) return;
  yield* inOrder(entry.children[0]);
  yield entry.value;
  yield* inOrder(entry.children[1]);
}
