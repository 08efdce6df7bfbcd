import type { Environment } from '../../base/environment.ts';
import { endOfPrefix, type KeyRange, type StoreEngine, type WriteBatch } from '../state/engine.ts';
import { ProcessedOffsets } from './processed-offsets.ts';
import { TaskClaims } from './task-claims.ts';
import { StoreCatalog } from './store-catalog.ts';

/** Separates the ids of members, which have none of it. */
const LINE = '\n';

/**
 * What an application notes of itself in a database, which is the same for all its members in one process: which stores there
 * are, up to where, and who the members are. So a task that moves from one of them to another finds its stores where it left
 * them, and restores nothing.
 */
export class ApplicationRows {
  readonly catalog: StoreCatalog;
  /** Up to where the inputs of the tasks were committed. */
  readonly processed: ProcessedOffsets;
  readonly #keys: Readonly<Record<'stores' | 'processed' | 'member', string>>;
  readonly #members = new Map<object, string>();
  readonly #numbers = new Map<object, number>();
  /** By task, the member that tells the group of its state. */
  readonly #tellers = new Map<string, object>();
  #dead: readonly string[] = [];
  #loaded: { readonly engine: StoreEngine; readonly loading: Promise<void> } | undefined;
  /** Which of the members runs which task, or has a standby task of it. */
  readonly claims = new TaskClaims();
  /** How many use them. */
  users = 0;

  constructor(options: {
    /** What the rows begin with, and the key of the members. */
    readonly keys: Readonly<Record<'stores' | 'processed' | 'member', string>>;
    readonly clock: Environment['clock'];
    readonly newId: () => number;
  }) {
    const { keys, clock, newId } = options;
    this.#keys = keys;
    this.catalog = new StoreCatalog({ prefix: keys.stores, clock, newId });
    this.processed = new ProcessedOffsets(keys.processed);
  }

  /** Members that are gone, and have not told the group. */
  get deadMembers(): readonly string[] {
    return this.#dead;
  }

  /** Tells members of one process apart while they are there: the least number, from 1, that none of the others has. */
  numberOf(of: object): number {
    const known = this.#numbers.get(of);
    if (known !== undefined) return known;
    const taken = new Set(this.#numbers.values());
    let number = 1;
    while (taken.has(number)) number++;
    this.#numbers.set(of, number);
    return number;
  }

  /** The state of a task is told by the member that runs it, and by the last one that did as long as it is there. */
  tells(of: object, taskId: string): void {
    this.#tellers.set(taskId, of);
  }

  /**
   * What a member tells the group of the state that lies here, by task: see {@link StoreCatalog.offsetSums}. Members have one
   * group together, which keeps what all of them tell in one record: so each task is told by one of them, as Kafka Streams
   * has it told by the thread that holds its lock. Those that nobody tells, the first that asks tells from then on.
   */
  offsetSumsToldBy(of: object): ReadonlyMap<string, number> {
    const sums = new Map<string, number>();
    for (const [taskId, sum] of this.catalog.offsetSums) {
      const teller = this.#tellers.get(taskId) ?? of;
      this.#tellers.set(taskId, teller);
      if (teller === of) sums.set(taskId, sum);
    }
    return sums;
  }

  /** Leaves it to the others to tell of the state that lies here: a member that is in the group no more cannot. */
  tellsNothing(of: object): void {
    for (const [taskId, teller] of this.#tellers) if (teller === of) this.#tellers.delete(taskId);
  }

  /** Reads them, once from each database: one that has failed may lack what is known here. */
  load(engine: StoreEngine): Promise<void> {
    if (this.#loaded?.engine !== engine) this.#loaded = { engine, loading: this.#load(engine) };
    return this.#loaded.loading;
  }

  /** @param memberId undefined: `of` has left the group. */
  noteMember(of: object, memberId: string | undefined): ((batch: WriteBatch) => void) | undefined {
    if (memberId === this.#members.get(of)) return undefined;
    if (memberId === undefined) this.#members.delete(of);
    else this.#members.set(of, memberId);
    return (batch) => {
      if (this.#members.size === 0) batch.delete(this.#keys.member);
      else batch.put(this.#keys.member, Buffer.from([...this.#members.values()].join(LINE)));
    };
  }

  /** Who has not left the group by then will not do so any more. */
  leave(of: object): void {
    this.tellsNothing(of);
    this.#numbers.delete(of);
    const memberId = this.#members.get(of);
    if (memberId === undefined) return;
    this.#members.delete(of);
    this.#dead = [...this.#dead, memberId];
  }

  /** Members of another database, which is opened no more. */
  addDead(memberIds: readonly string[]): void {
    this.#dead = [...this.#dead, ...memberIds];
  }

  forget(batch: WriteBatch): void {
    this.catalog.forget(batch);
    this.processed.forget(batch);
    batch.delete(this.#keys.member);
  }

  async #load(engine: StoreEngine): Promise<void> {
    this.catalog.load(await engine.scan(rangeOf(this.#keys.stores)));
    this.processed.load(await engine.scan(rangeOf(this.#keys.processed)));
    const [members] = await engine.getMany([this.#keys.member]);
    this.#dead = members === undefined ? [] : members.toString().split(LINE);
  }
}

const rangeOf = (prefix: string): KeyRange => ({ from: prefix, to: endOfPrefix(prefix) });
