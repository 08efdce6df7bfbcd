import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../bench/harness/digest.ts';
import { hasJava } from '../../../bench/harness/maven.ts';
import { avroLanguage } from '../../../src/registry/index.ts';
import { AVRO_PAIRS } from './avro-pairs.ts';
import { parsed } from './language-cases.ts';
import { avroPairs } from './random-avro.ts';

const SEED = Number(process.env['AVRO_SEED'] ?? 1);
const COUNT = Number(process.env['AVRO_PAIRS'] ?? 20_000);
const canRun = hasJava();
if (!canRun) console.log('skipped, it needs Apache Avro: java, javac or mvn is missing');

const folder = import.meta.dirname;
const cache = path.resolve(folder, '../../../node_modules/.cache/avro-schemas');

interface Pair {
  readonly reader: string;
  readonly writer: string;
}

interface Answer {
  readonly error?: string;
  readonly reader?: string;
  readonly writer?: string;
  readonly differences?: readonly string[];
}

function run(command: string, args: readonly string[], input = ''): string {
  const { status, stdout, stderr } = spawnSync(command, args, {
    input,
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  });
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${stderr}`);
  return stdout;
}

function javaAnswers(pairs: readonly Pair[]): Answer[] {
  const [pom, source] = [path.join(folder, 'pom.xml'), path.join(folder, 'AvroSchemas.java')];
  const target = path.join(cache, digestOf([pom, source]));
  if (!existsSync(target)) {
    const draft = `${target}.draft`;
    rmSync(draft, { recursive: true, force: true });
    mkdirSync(draft, { recursive: true });
    run('mvn', ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${draft}`]);
    run('javac', ['-nowarn', '-cp', path.join(draft, '*'), '-d', draft, source]);
    renameSync(draft, target);
  }
  const classPath = [target, path.join(target, '*')].join(path.delimiter);
  const lines = pairs.map(({ reader, writer }) => JSON.stringify({ reader, writer }));
  const answers = run('java', ['-cp', classPath, 'AvroSchemas'], `${lines.join('\n')}\n`);
  return answers
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Answer);
}

function ourAnswer(pair: Pair): Answer {
  const [reader, writer] = [parsed(avroLanguage, pair.reader), parsed(avroLanguage, pair.writer)];
  const differences = reader.differencesFrom(writer).map((difference) => {
    const [, info = ''] = /additionalInfo:'(.*)'\}$/s.exec(difference.message('new', 'old')) ?? [];
    return `${difference.type} ${difference.path} ${info}`;
  });
  return { reader: reader.text, writer: writer.text, differences };
}

describe.skipIf(!canRun)('Apache Avro says the same', () => {
  it('of the pairs of the table', () => {
    const answers = javaAnswers(AVRO_PAIRS);
    expect(AVRO_PAIRS.map((pair) => ({ ...ourAnswer(pair) }))).toEqual(answers);
  });

  it(`of ${COUNT} random ones (AVRO_SEED=${SEED})`, () => {
    const pairs = fc.sample(avroPairs, { seed: SEED, numRuns: COUNT });
    const answers = javaAnswers(pairs);
    const unlike = pairs.flatMap((pair, index) => {
      const [ours, theirs] = [ourAnswer(pair), answers[index]];
      return JSON.stringify(sorted(ours)) === JSON.stringify(sorted(theirs ?? {}))
        ? []
        : [{ pair, ours, theirs }];
    });
    expect(unlike).toEqual([]);
    expect(answers.filter(({ error }) => error === undefined).length).toBe(COUNT);
    const compatible = answers.filter(({ differences }) => differences?.length === 0);
    expect(compatible.length).toBeGreaterThan(COUNT / 20);
  });
});

function sorted({ error, reader, writer, differences }: Answer): unknown[] {
  return [error, reader, writer, differences];
}
