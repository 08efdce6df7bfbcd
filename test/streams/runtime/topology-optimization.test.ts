import { expect, it } from 'vitest';
import { Serdes, StreamsApp, StreamsBuilder, streamsOptionsFrom } from '../../../src/streams/index.ts';
import { streamsAppSettings } from '../../../src/streams/runtime/streams-app-options.ts';

const strings = { keySerde: Serdes.string, valueSerde: Serdes.string };
const around = { applicationId: 'app', bootstrapServers: '127.0.0.1:1' };

function builder(): StreamsBuilder {
  const made = new StreamsBuilder();
  made.table('rows', strings, { storeName: 'table' });
  return made;
}

it('an application builds its topology as its properties say', () => {
  const options = streamsOptionsFrom({ 'topology.optimization': 'all' });
  const { topology } = streamsAppSettings({ ...around, ...options, topology: builder() });
  expect(topology.optimizations).toHaveLength(3);
  expect([...topology.restoredFromSource]).toEqual([['table', 'rows']]);
  const plain = streamsAppSettings({ ...around, topology: builder() });
  expect(plain.topology.optimizations).toEqual([]);
});

it('a topology that was built otherwise is refused', () => {
  const options = streamsOptionsFrom({ 'topology.optimization': 'single.store.self.join' });
  const topology = builder().build();
  expect(() => new StreamsApp({ ...around, ...options, topology })).toThrow(
    'the topology was built with no optimization, not with single.store.self.join',
  );
  const built = builder().build({ optimization: 'single.store.self.join' });
  expect(streamsAppSettings({ ...around, ...options, topology: built }).topology).toBe(built);
});
