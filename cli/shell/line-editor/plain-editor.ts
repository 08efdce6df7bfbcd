import readline from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { EditorResult, EntryReader } from './entry-reader.ts';
import { Interruptible } from './interruptible.ts';

interface PlainEditorOptions {
  readonly input: Readable;
  /** Where prompts go. */
  readonly output: Writable;
  readonly prompt: string;
  /** What stands in front of the second and later lines, by the lines before. */
  readonly continuation: (textBefore: string) => string;
  /** True when Enter should submit; otherwise it begins a new line. */
  readonly isComplete: (text: string) => boolean;
  /** Ends the input, and aborts what runs. */
  readonly stop: AbortSignal;
}

/**
 * Reads entries line by line as the terminal edits them, for terminals that know no control sequences (`TERM=dumb`) and for
 * an output that goes elsewhere: what it writes is the prompts alone.
 */
export class PlainEditor implements EntryReader {
  readonly #options: PlainEditorOptions;
  readonly #lines: readline.Interface;
  readonly #typedAhead: string[] = [];
  #text: string | undefined;
  #finish: ((result: EditorResult) => void) | undefined;
  readonly #running: Interruptible;
  #hasEnded = false;

  /** Takes Ctrl-C over, until `close`. */
  constructor(options: PlainEditorOptions) {
    this.#options = options;
    this.#running = new Interruptible(options.stop);
    this.#lines = readline.createInterface({ input: options.input, terminal: false });
    this.#lines.on('line', this.#onLine).on('close', this.#onEnd);
    options.input.on('error', this.#onEnd);
    process.on('SIGINT', this.#onInterrupt);
    options.stop.addEventListener('abort', this.#onStop);
    if (options.stop.aborted) this.#hasEnded = true;
  }

  /** Lets the user write one entry. */
  read(): Promise<EditorResult> {
    return new Promise((resolve) => {
      this.#finish = resolve;
      this.#options.output.write(this.#options.prompt);
      while (this.#finish !== undefined) {
        const line = this.#typedAhead.shift();
        if (line === undefined) break;
        this.#onLine(line);
      }
      if (this.#hasEnded) this.#end({ kind: 'ended' });
    });
  }

  /** Runs an action that Ctrl-C aborts. */
  interruptibly(action: (signal: AbortSignal) => Promise<void>): Promise<void> {
    return this.#running.run(action);
  }

  /** Its terminal is in its normal mode at all times. */
  async lend<T>(action: () => Promise<T>): Promise<T> {
    this.#lines.pause();
    try {
      return await action();
    } finally {
      this.#lines.resume();
    }
  }

  close(): void {
    process.off('SIGINT', this.#onInterrupt);
    this.#options.stop.removeEventListener('abort', this.#onStop);
    this.#lines.off('close', this.#onEnd).close();
    // A terminal that is waited for would keep the process.
    this.#options.input.pause();
  }

  readonly #onLine = (line: string): void => {
    if (this.#finish === undefined) {
      this.#typedAhead.push(line);
      return;
    }
    const text = this.#text === undefined ? line : `${this.#text}\n${line}`;
    if (this.#options.isComplete(text)) this.#end({ kind: 'submitted', text });
    else {
      this.#text = text;
      this.#options.output.write(this.#options.continuation(text));
    }
  };

  readonly #onInterrupt = (): void => {
    this.#typedAhead.length = 0;
    if (this.#finish === undefined) {
      this.#running.interrupt();
      return;
    }
    this.#options.output.write('\n');
    this.#end({ kind: 'interrupted', wasEmpty: this.#text === undefined });
  };

  readonly #onEnd = (): void => {
    this.#hasEnded = true;
    // Lines that came before the end are entries yet.
    if (this.#typedAhead.length === 0) this.#end({ kind: 'ended' });
  };

  readonly #onStop = (): void => {
    this.#running.interrupt();
    this.#typedAhead.length = 0;
    this.#onEnd();
  };

  #end(result: EditorResult): void {
    const finish = this.#finish;
    this.#finish = undefined;
    this.#text = undefined;
    if (result.kind === 'ended' && finish !== undefined) this.#options.output.write('\n');
    finish?.(result);
  }
}
