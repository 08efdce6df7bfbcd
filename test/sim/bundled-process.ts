import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { build, type Plugin } from 'vite';
import { plant, type PlantedBug } from '../mutations/mutation.ts';

const root = path.resolve(import.meta.dirname, '../..');
/** Beside the packages, which are not part of a bundle: an `npm ci`, which wipes them, may come while seeds run. */
const CACHE = path.join(root, '.cache', 'simulation');
/** Young objects are many, and nearly all of them die young. */
const FLAGS = ['--enable-source-maps', '--max-semi-space-size=32'];

/**
 * A program of the tests in one file, with all of the product that it uses: processes start on it in a fraction of the time
 * that a thousand modules take, and run it faster than code that is translated for a debugger.
 */
export class BundledProgram {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * @param entry the file of the program, from the root of the package.
   * @param bug one to plant on the way.
   * @throws where the sources do not load, or the bug has no place in them.
   */
  static async build(entry: string, bug?: PlantedBug): Promise<BundledProgram> {
    mkdirSync(CACHE, { recursive: true });
    const folder = mkdtempSync(path.join(CACHE, 'program-'));
    await build({
      root,
      configFile: false,
      logLevel: 'silent',
      plugins: bug === undefined ? [] : [planting(bug)],
      build: {
        ssr: entry,
        outDir: folder,
        emptyOutDir: false,
        minify: false,
        sourcemap: true,
        target: 'node20',
        rolldownOptions: { output: { entryFileNames: 'program.mjs', codeSplitting: false } },
      },
    });
    return new BundledProgram(folder);
  }

  /** Starts a process of it. */
  start(): BundledProcess {
    return new BundledProcess(
      fork(path.join(this.#folder, 'program.mjs'), { execArgv: FLAGS, serialization: 'advanced' }),
    );
  }

  /** To be called when its processes have ended. */
  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A process that answers messages, one after the other. */
export class BundledProcess {
  readonly #process: ChildProcess;
  readonly #ended: Promise<undefined>;
  /** What it has ended with, in words; undefined while it runs. */
  end: string | undefined;

  constructor(child: ChildProcess) {
    this.#process = child;
    this.#ended = once(child, 'exit').then(([code, signal]) => {
      this.end = String(code ?? signal);
      return undefined;
    });
  }

  /** Sends a question, and resolves with the answer; undefined where the process has ended instead. */
  async ask(question: object): Promise<unknown> {
    if (this.end !== undefined) return undefined;
    const answer = new Promise((resolve) => this.#process.once('message', resolve));
    // Of one that ends meanwhile the end is heard.
    this.#process.send(question, () => {});
    return Promise.race([answer, this.#ended]);
  }

  kill(): void {
    this.#process.kill('SIGKILL');
  }

  async close(): Promise<void> {
    if (this.#process.connected) this.#process.disconnect();
    await this.#ended;
  }
}

function planting(bug: PlantedBug): Plugin {
  const planted = path.join(root, bug.file);
  return {
    name: 'planted-bug',
    enforce: 'pre',
    transform(code, id) {
      if (path.normalize(id) !== planted) return undefined;
      return { code: plant(bug, code), map: null };
    },
  };
}
