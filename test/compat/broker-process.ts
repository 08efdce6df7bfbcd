import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Address } from '../../src/base/environment.ts';
import type { BrokerConfigInput } from '../broker/running-broker.ts';

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

  static start(config: BrokerConfigInput): Promise<BrokerProcess> {
    const child = spawn(process.execPath, ['--import', 'tsx', main, JSON.stringify(config)], {
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

  /** kill -9. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }
}
