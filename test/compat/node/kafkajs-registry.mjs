// @kafkajs/confluent-schema-registry against a registry: registers, encodes, decodes. Prints "ok CHECK" or "not ok CHECK: why".
import assert from 'node:assert/strict';
import { COMPATIBILITY, SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry';

const registry = new SchemaRegistry({ host: process.argv[2] });
const fresh = () => new SchemaRegistry({ host: process.argv[2] });

async function check(name, run) {
  try {
    await run();
    console.log(`ok ${name}`);
  } catch (error) {
    console.log(`not ok ${name}: ${error?.stack ?? error}`);
  }
}

const order = (...fields) => JSON.stringify({ type: 'record', name: 'Order', namespace: 'shop', fields });
const id = { name: 'id', type: 'long' };

await check('avro', async () => {
  const registered = await registry.register(
    { type: SchemaType.AVRO, schema: order(id) },
    { subject: 'orders-value' },
  );
  const bytes = await registry.encode(registered.id, { id: 7 });
  assert.equal(bytes.readUInt8(0), 0);
  assert.equal(bytes.readInt32BE(1), registered.id);
  assert.equal((await fresh().decode(bytes)).id, 7);
  assert.equal(await registry.getLatestSchemaId('orders-value'), registered.id);
  assert.equal(await registry.getRegistryId('orders-value', 1), registered.id);
  assert.equal(
    await registry.getRegistryIdBySchema('orders-value', { type: SchemaType.AVRO, schema: order(id) }),
    registered.id,
  );
});

await check('avro with a reference', async () => {
  const used = {
    type: SchemaType.AVRO,
    schema: '{"type":"enum","name":"Size","namespace":"shop","symbols":["S","M"]}',
  };
  const size = await registry.register(used, { subject: 'sizes-value' });
  assert.ok(size.id > 0);
  const schema = JSON.stringify({
    type: 'record',
    name: 'Shirt',
    namespace: 'shop',
    fields: [{ name: 'size', type: 'shop.Size' }],
  });
  const shirt = await registry.register(
    {
      type: SchemaType.AVRO,
      schema,
      references: [{ name: 'shop.Size', subject: 'sizes-value', version: 1 }],
    },
    { subject: 'shirts-value' },
  );
  const bytes = await registry.encode(shirt.id, { size: 'M' });
  assert.equal((await fresh().decode(bytes)).size, 'M');
});

await check('json', async () => {
  const schema = '{"type":"object","properties":{"id":{"type":"integer"}},"required":["id"]}';
  const registered = await registry.register({ type: SchemaType.JSON, schema }, { subject: 'json-value' });
  const bytes = await registry.encode(registered.id, { id: 7 });
  assert.deepEqual(await fresh().decode(bytes), { id: 7 });
});

await check('protobuf', async () => {
  const schema = 'syntax = "proto3"; package shop; message Order { int64 id = 1; string name = 2; }';
  const registered = await registry.register(
    { type: SchemaType.PROTOBUF, schema },
    { subject: 'proto-value' },
  );
  const bytes = await registry.encode(registered.id, { id: 7, name: 'x' });
  assert.equal((await fresh().decode(bytes)).name, 'x');
});

await check('an incompatible schema', async () => {
  await registry.register(
    { type: SchemaType.AVRO, schema: order(id) },
    { subject: 'strict-value', compatibility: COMPATIBILITY.FULL },
  );
  const more = order(id, { name: 'price', type: 'double' });
  const strict = { subject: 'strict-value', compatibility: COMPATIBILITY.FULL };
  await assert.rejects(registry.register({ type: SchemaType.AVRO, schema: more }, strict), /incompatible/i);
  await assert.rejects(
    registry.register({ type: SchemaType.AVRO, schema: '"strnig"' }, { subject: 'strict-value' }),
  );
});

await check('what is not there', async () => {
  await assert.rejects(registry.getLatestSchemaId('none'), /40401|not found/i);
  await assert.rejects(fresh().decode(Buffer.from([0, 0, 0, 3, 231, 0])), /not found/i);
});
