import readline from 'node:readline';
import { Command, Option } from 'commander';
import { DiagnosticError, messageOf } from '../src/base/errors.ts';
import { type CompressionName, Producer } from '../src/client/index.ts';
import { clientOptions, type ConnectionOptions, withConnection } from './connection.ts';
import { byteFormat, type ByteFormat, bytesFrom } from './record-format.ts';
import { type OptionRules, withOptionRules } from './option-rules.ts';
import { wholeNumber } from './option-values.ts';
import { writeError } from './standard-streams.ts';

interface ProduceOptions extends ConnectionOptions {
  readonly keySeparator?: string;
  readonly partition?: number;
  readonly header: readonly string[];
  readonly compression: CompressionName;
  readonly nullMarker?: string;
  readonly keyFormat: ByteFormat;
  readonly valueFormat: ByteFormat;
}

/** Who waits at a terminal is told soon why a record is not taken, such as by a broker whose disk is full. */
const DELIVERY_MS_MAX = 30_000;

const OPTION_RULES: OptionRules = {
  '--key-separator': {},
  '--partition': {},
  '--header': {},
  '--null-marker': {},
  '--key-format': {
    needs: {
      oneOf: ['--key-separator'],
      hint: 'without a separator a line has no key: name one, such as -k :',
    },
  },
  '--value-format': {},
  '--compression': {},
};

/** `millrace produce TOPIC`: each line of standard input is a record. */
export function produceCommand(): Command {
  const command = withConnection(new Command('produce').argument('<topic>'))
    .description('send each line of standard input as a record')
    .option('-k, --key-separator <text>', 'what stands between key and value in a line')
    .option('-p, --partition <n>', 'send all to this partition', wholeNumber)
    .option(
      '-H, --header <name=value>',
      'header of every record, repeatable',
      (v, all: string[]) => [...all, v],
      [],
    )
    .option('-n, --null-marker <text>', 'a value of exactly this text is sent as a tombstone')
    .addOption(byteFormat('--key-format <format>', 'what keys are written as'))
    .addOption(byteFormat('--value-format <format>', 'what values are written as'))
    .addOption(
      new Option('-z, --compression <codec>', 'compression')
        .choices(['none', 'gzip', 'snappy', 'lz4', 'zstd'])
        .default('none'),
    )
    .action(async (topic: string, options: ProduceOptions) => {
      const producer = new Producer({
        ...(await producerOptions(options)),
        lingerMs: 5,
        compression: options.compression,
      });
      const headers = options.header.map(parseHeader);
      let failure: Error | undefined;
      let lineNumber = 0;
      try {
        for await (const line of readline.createInterface({ input: process.stdin })) {
          lineNumber += 1;
          const { key, value } = recordOf(line, lineNumber, options);
          const wait = producer.ready();
          if (wait !== undefined) await wait;
          producer.send({ topic, partition: options.partition, key, value, headers }, (error) => {
            failure ??= error ?? undefined;
          });
          if (failure !== undefined) throw failure;
        }
        await producer.flush();
        if (failure !== undefined) throw failure;
      } finally {
        // What was queued before a failure is still delivered.
        await producer.close();
      }
      if (process.stderr.isTTY) writeError(`sent ${lineNumber} records to ${topic}\n`);
    });
  return withOptionRules(command, OPTION_RULES);
}

async function producerOptions(options: ProduceOptions) {
  const { defaultApiTimeoutMs: blockMsMax, ...common } = await clientOptions(options);
  return { ...common, blockMsMax, deliveryTimeoutMs: DELIVERY_MS_MAX };
}

function recordOf(line: string, lineNumber: number, options: ProduceOptions) {
  const { key, text } = splitLine(line, lineNumber, options.keySeparator);
  try {
    return {
      key: key === null ? null : bytesFrom(key, options.keyFormat),
      value: text === options.nullMarker ? null : bytesFrom(text, options.valueFormat),
    };
  } catch (error) {
    throw new DiagnosticError({
      message: `line ${lineNumber}: ${messageOf(error)}`,
      hint: 'the lines before it were sent',
    });
  }
}

function splitLine(line: string, lineNumber: number, separator: string | undefined) {
  if (separator === undefined) return { key: null, text: line };
  const at = line.indexOf(separator);
  if (at === -1) {
    throw new DiagnosticError({
      message: `line ${lineNumber} has no key separator ${JSON.stringify(separator)}`,
      detail: `the line reads: ${line.slice(0, 80)}`,
      hint: 'the lines before it were sent',
    });
  }
  return { key: line.slice(0, at), text: line.slice(at + separator.length) };
}

function parseHeader(text: string): { readonly key: string; readonly value: Buffer } {
  const equals = text.indexOf('=');
  if (equals <= 0)
    throw new DiagnosticError({ message: `${text} is not a header`, hint: 'write it as name=value' });
  return { key: text.slice(0, equals), value: Buffer.from(text.slice(equals + 1)) };
}
