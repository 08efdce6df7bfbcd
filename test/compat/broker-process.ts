import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Address } from '../../src/base/environment.ts';
import type { BrokerConfigInput } from '../broker/running-broker.ts';
import { typescriptFlags } from '../setup/typescript-flags.ts';

const main = path.resolve(fileURLToPath(import.meta.url), '../broker-main.ts');

/** A broker in a process of its own, to be killed. */
export class BrokerProcess {
  readonly address: Address;
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;

  private constructor(child: ChildProcess, address: Address) {
    this.#child = child;
    this.address = address;
    this.#exited = new Promise((resolve) => child.once('exit', resolve));
  }

  /** @param options.openFilesMax the limit of open files that the process gets. */
  static start(
    config: BrokerConfigInput,
    options: { readonly openFilesMax?: number } = {},
  ): Promise<BrokerProcess> {
    const command = [process.execPath, ...typescriptFlags, main, JSON.stringify(config)];
    const limit = options.openFilesMax === undefined ? '' : `ulimit -n ${options.openFilesMax};`;
    const child = spawn('sh', ['-c', `${limit} exec "$@"`, 'sh', ...command], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return new Promise((resolve, reject) => {
      let text = '';
      child.once('exit', (code) => reject(new Error(`broker ended with ${code}`)));
      child.stdout?.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        if (text.includes('\n')) resolve(new BrokerProcess(child, JSON.parse(text) as Address));
      });
    });
  }

  /** Memory that the process has now. */
  residentBytes(): number {
    return this.#memoryBytes('VmRSS');
  }

  /** The most memory that the process has had. */
  peakBytes(): number {
    return this.#memoryBytes('VmHWM');
  }

  #memoryBytes(name: string): number {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8');
    const [, kib] = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status) ?? [];
    if (kib === undefined) throw new Error(`the broker has no ${name}: it has ended`);
    return Number(kib) * 1024;
  }

  /** kill -9. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }
}
