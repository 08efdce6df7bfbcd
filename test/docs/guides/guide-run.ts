import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { freePorts } from '../../../src/base/io/free-ports.ts';
import { type MillraceProcess, Millrace } from '../../e2e/millrace-process.ts';
import { type GuideBlock, printsAs } from './blocks.ts';
import '../../setup/built.ts';
import { typescriptFlags } from '../../setup/typescript-flags.ts';

const root = path.resolve(import.meta.dirname, '../../..');
/** For what hangs, not for what is slow: three brokers start at once on a machine whose load is ten times its cores. */
const BLOCK_MS_MAX = 240_000;

/** The ports that guides name, and those that the server of the test has. */
interface Ports {
  readonly kafka: number;
  readonly http: number;
  /** What stands for {@link OTHER_PORTS}. */
  readonly others: readonly number[];
}

/** Ports that a guide may name for servers which its blocks start; each such block writes the process id to `NAME.pid`. */
const OTHER_PORTS = ['9192', '9193', '9292', '9293', '9392', '9393', '8188'];

/** How a block ended, and what it printed. */
interface Printed {
  readonly status: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs the blocks of one guide in order, on a server of its own, as a reader would who pastes them: SQL in the shell,
 * commands in bash with `millrace` on the path, programs with node, and tsx where that needs it, in a folder of this package.
 */
export class GuideRun {
  readonly folder: string;
  readonly #millrace = new Millrace();
  readonly #server: MillraceProcess;
  readonly #ports: Ports;
  #programs = 0;

  private constructor(folder: string, millrace: Millrace, server: MillraceProcess, ports: Ports) {
    this.folder = folder;
    this.#millrace = millrace;
    this.#server = server;
    this.#ports = ports;
  }

  static async start(name: string): Promise<GuideRun> {
    // Within the package, so that `millrace/...` is found; in a folder that no build and no commit takes up.
    const folder = path.join(root, 'dist', '.guides', name);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(path.join(folder, 'bin'), { recursive: true });
    const main = path.join(root, 'dist', 'cli', 'main.js');
    writeFileSync(
      path.join(folder, 'bin', 'millrace'),
      `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`,
      {
        mode: 0o755,
      },
    );
    const millrace = new Millrace();
    const server = millrace.spawn([
      'start',
      '--json',
      ...['--kafka-port', '0'],
      ...['--http-port', '0'],
      ...['--data', path.join(folder, 'millrace-data')],
    ]);
    const facts = (await server.facts()) as { readonly kafka: string; readonly http?: string };
    const portOf = (address: string | undefined): number => Number(/:(\d+)/.exec(address ?? '')?.[1]);
    return new GuideRun(folder, millrace, server, {
      kafka: portOf(facts.kafka),
      http: portOf(facts.http?.replace(/^https?:\/\//, '')),
      others: await freePorts(OTHER_PORTS.length),
    });
  }

  /** Undefined when the block did what the guide says, else what went wrong. */
  async run(block: GuideBlock): Promise<string | undefined> {
    const text = this.#withPorts(block.text);
    if (block.file !== undefined) {
      const file = path.join(this.folder, block.file);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    const command = this.#commandOf(block, text);
    if (command === undefined) return undefined;
    const deadline = Date.now() + BLOCK_MS_MAX;
    for (;;) {
      const wrong = this.#compare(block, await this.#execute(command));
      if (wrong === undefined || !block.eventually || Date.now() > deadline) return wrong;
    }
  }

  #compare(block: GuideBlock, { status, stdout, stderr }: Printed): string | undefined {
    if (status !== 0) return `ended with ${status}:\n${stdout}${stderr}`;
    if (block.output === undefined || printsAs(this.#withPorts(block.output), stdout + stderr))
      return undefined;
    return `printed\n${stdout}${stderr}instead of\n${block.output}`;
  }

  /** Ends the server, and what a block has started and a later one, which was not reached, would have ended. */
  async close(): Promise<void> {
    for (const file of readdirSync(this.folder).filter((name) => name.endsWith('.pid'))) {
      try {
        process.kill(Number(readFileSync(path.join(this.folder, file), 'utf8')));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
    }
    await this.#server.stop();
    await this.#millrace.close();
  }

  /** What runs the block; undefined for one that is only a file. */
  #commandOf({ language, file }: GuideBlock, text: string): readonly string[] | undefined {
    switch (language) {
      case 'sh':
        return ['bash', '-euo', 'pipefail', '-c', text];
      case 'sql':
        return file !== undefined ? undefined : ['millrace', 'sql', '-e', text];
      case 'ts':
        return file === undefined || !file.includes('/')
          ? [process.execPath, ...typescriptFlags, this.#program(text, file, 'ts')]
          : undefined;
      case 'js':
        return file === undefined || !file.includes('/')
          ? [process.execPath, this.#program(text, file, 'mjs')]
          : undefined;
      default:
        return undefined;
    }
  }

  #program(text: string, file: string | undefined, ending: string): string {
    const name = file ?? `program-${++this.#programs}.${ending}`;
    const place = path.join(this.folder, name);
    if (!existsSync(place)) writeFileSync(place, text);
    return place;
  }

  async #execute(command: readonly string[]): Promise<Printed> {
    const [program = '', ...args] = command;
    const child = spawn(program, args, {
      cwd: this.folder,
      env: {
        ...process.env,
        PATH: `${this.folder}/bin:${process.env['PATH'] ?? ''}`,
        NO_COLOR: '1',
        // kafkajs asks for timeouts below zero, of which Node warns since 24.
        NODE_OPTIONS: '--disable-warning=TimeoutNegativeWarning',
        // A reader's server has the default ports.
        MILLRACE_BOOTSTRAP: `127.0.0.1:${this.#ports.kafka}`,
        MILLRACE_SERVER: `http://127.0.0.1:${this.#ports.http}`,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: BLOCK_MS_MAX,
      killSignal: 'SIGKILL',
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
    return { status: code ?? String(signal), stdout, stderr };
  }

  #withPorts(text: string): string {
    return text
      .replaceAll(/\b9092\b/g, String(this.#ports.kafka))
      .replaceAll(/\b8088\b/g, String(this.#ports.http))
      .replaceAll(new RegExp(`\\b(${OTHER_PORTS.join('|')})\\b`, 'g'), (port) =>
        String(this.#ports.others[OTHER_PORTS.indexOf(port)]),
      );
  }
}
