import { bufferOf, deleteLeft, type TextBuffer } from './text-buffer.ts';

/** A search backwards through the history, as Ctrl-R of other shells does it. */
export class HistorySearch {
  readonly #entries: readonly string[];
  readonly #before: TextBuffer;
  #query = '';
  /** The entry that is shown; as many as there are while none is. */
  #index: number;
  #isFound = true;

  /** `before` is what was being written, which an abandoned search gives back. */
  constructor(entries: readonly string[], before: TextBuffer) {
    this.#entries = entries;
    this.#before = before;
    this.#index = entries.length;
  }

  get prompt(): string {
    return `${this.#isFound ? 'search' : 'nothing with'} '${this.#query}': `;
  }

  /** The entry that was found last, with the cursor where the text is that was searched for. */
  get buffer(): TextBuffer {
    const entry = this.#entries[this.#index];
    if (entry === undefined) return this.#before;
    const at = indexOf(entry, this.#query);
    return at === -1 ? bufferOf(entry) : { text: entry, cursor: at };
  }

  /** What was being written before. */
  get abandoned(): TextBuffer {
    return this.#before;
  }

  /** Where the history stands when the search has ended. */
  get index(): number {
    return this.#index;
  }

  /** Ctrl-R again: the next older entry. */
  older(): void {
    this.#find(this.#index - 1);
  }

  type(text: string): void {
    this.#query += text;
    this.#find(Math.min(this.#index, this.#entries.length - 1));
  }

  erase(): void {
    this.#query = deleteLeft(bufferOf(this.#query)).text;
    this.#find(this.#entries.length - 1);
  }

  /** Looks from this entry backwards; where nothing is found, what was found before stays. */
  #find(from: number): void {
    const found = this.#entries.findLastIndex((entry, i) => i <= from && indexOf(entry, this.#query) !== -1);
    this.#isFound = found !== -1;
    if (this.#isFound) this.#index = found;
  }
}

const indexOf = (entry: string, query: string): number => entry.toLowerCase().indexOf(query.toLowerCase());
