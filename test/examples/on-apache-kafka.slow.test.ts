import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BrokerUnderTest, startApacheKafka } from '../../bench/harness/brokers.ts';
import { Admin } from '../../src/client/index.ts';
import { isInstalled } from '../compat/foreign-process.ts';
import { ExampleProcess } from './example-process.ts';
import { expectedOutput, flightsExample } from './flights-output.ts';
import { expectedLateDepartures, finalLateDepartures } from './late-departures.ts';

const canRunKafka = isInstalled('java') && isInstalled('javac') && isInstalled('mvn');

describe.skipIf(!canRunKafka)(
  `examples on Apache Kafka${canRunKafka ? '' : ' (needs Java and Maven)'}`,
  () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'millrace-example-'));
    let kafka: BrokerUnderTest | undefined;

    beforeAll(async () => {
      kafka = await startApacheKafka();
    });
    afterAll(async () => {
      await kafka?.close();
      rmSync(directory, { recursive: true, force: true });
    });

    it('04-on-apache-kafka counts what 01-first-stream-app counts', async () => {
      const bootstrap = kafka?.bootstrap ?? '';
      await new ExampleProcess('examples/flight-data/load', [bootstrap], directory).output();
      const app = new ExampleProcess('examples/04-on-apache-kafka/app', [bootstrap], directory);
      await app.printed(/RUNNING/);
      const expected = expectedLateDepartures();
      expect(await finalLateDepartures(bootstrap, expected)).toEqual(expected);
      expect(await app.interrupt()).toBe(0);

      const admin = new Admin({ bootstrapServers: bootstrap });
      const topics = (await admin.listTopics()).map(({ name }) => name);
      await admin.close();
      expect(topics.filter((name) => name.startsWith('first-stream-app-')).toSorted()).toEqual([
        'first-stream-app-KSTREAM-AGGREGATE-STATE-STORE-0000000007-changelog',
        'first-stream-app-KSTREAM-AGGREGATE-STATE-STORE-0000000007-repartition',
        'first-stream-app-airports-STATE-STORE-0000000000-changelog',
      ]);
    });

    it('02-flights-sql prints on Apache Kafka what it prints on Millrace', async () => {
      const bootstrap = kafka?.bootstrap ?? '';
      const options = [
        'start',
        '--json',
        '--kafka',
        bootstrap,
        '--http-port',
        '0',
        '--data',
        `${directory}/data`,
      ];
      const server = new ExampleProcess('cli/main', options, directory);
      try {
        const [line] = await server.printed(/^\{.*\}$/m);
        const { http } = JSON.parse(line) as { readonly http: string };
        const script = ['sql', http, '-f', path.join(flightsExample, 'flights.sql')];
        const shown = await new ExampleProcess('cli/main', script, directory).ended();
        expect(shown).toEqual(expectedOutput('flights.expected.txt'));
        expect(await server.interrupt()).toBe(0);
      } finally {
        await server.kill();
      }
    });
  },
);
