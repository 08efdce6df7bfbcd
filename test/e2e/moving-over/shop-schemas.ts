/** The schemas of a shop, as its teams have registered them with Confluent's registry, and ksqlDB for them. */

/** Where ksqlDB keeps what its query has counted. */
export const TOTALS_CHANGELOG =
  '_confluent-ksql-shop_query_CTAS_TOTALS_7-Aggregate-Aggregate-Materialize-changelog';

interface ShopSchema {
  readonly id: number;
  readonly subject: string;
  readonly version: number;
  readonly schemaType?: 'PROTOBUF' | 'JSON';
  readonly references?: readonly {
    readonly name: string;
    readonly subject: string;
    readonly version: number;
  }[];
  readonly schema: string;
}

const MONEY = {
  type: 'record',
  name: 'Money',
  namespace: 'shop',
  fields: [
    { name: 'amount', type: { type: 'bytes', logicalType: 'decimal', precision: 10, scale: 2 } },
    { name: 'currency', type: 'string' },
  ],
};

const order = (...more: readonly object[]): object => ({
  type: 'record',
  name: 'Order',
  namespace: 'shop',
  fields: [{ name: 'customer', type: 'string' }, { name: 'total', type: 'shop.Money' }, ...more],
});

const CHANNEL = { name: 'channel', type: ['null', 'string'], default: null };

export const CUSTOMER = `syntax = "proto3";
package shop;

message Customer {
  string name = 1;
  string city = 2;
}
`;

const CLICK = {
  type: 'object',
  title: 'Click',
  properties: { page: { type: 'string' }, seconds: { type: 'integer' } },
  additionalProperties: false,
};

const usesMoney = { references: [{ name: 'shop.Money', subject: 'money', version: 1 }] };

/** A value as ksqlDB registers it: each column may be null, and Connect's words say what a decimal is. */
function ksqldbValue(fields: readonly (readonly [name: string, type: unknown])[]): string {
  const name = 'KsqlDataSourceSchema';
  return JSON.stringify({
    type: 'record',
    name,
    namespace: 'io.confluent.ksql.avro_schemas',
    fields: fields.map(([column, type]) => ({ name: column, type: ['null', type], default: null })),
    'connect.name': `io.confluent.ksql.avro_schemas.${name}`,
  });
}

const AMOUNT = {
  ...{ type: 'bytes', scale: 2, precision: 10, 'connect.version': 1 },
  'connect.parameters': { scale: '2', 'connect.decimal.precision': '10' },
  ...{ 'connect.name': 'org.apache.kafka.connect.data.Decimal', logicalType: 'decimal' },
};

export const SHOP_SCHEMAS = {
  money: { id: 1, subject: 'money', version: 1, schema: JSON.stringify(MONEY) },
  orderKey: { id: 2, subject: 'orders-key', version: 1, schema: '"long"' },
  order: { id: 3, subject: 'orders-value', version: 1, ...usesMoney, schema: JSON.stringify(order()) },
  orderWithChannel: {
    ...{ id: 4, subject: 'orders-value', version: 2, ...usesMoney },
    schema: JSON.stringify(order(CHANNEL)),
  },
  customer: { id: 5, subject: 'customers-value', version: 1, schemaType: 'PROTOBUF', schema: CUSTOMER },
  click: { id: 6, subject: 'clicks-value', version: 1, schemaType: 'JSON', schema: JSON.stringify(CLICK) },
  /** Of ksqlDB's queries. */
  webOrderKey: { id: 2, subject: 'web_orders-key', version: 1, schema: '"long"' },
  webOrder: {
    ...{ id: 7, subject: 'web_orders-value', version: 1 },
    schema: ksqldbValue([
      ['CUSTOMER', 'string'],
      ['AMOUNT', AMOUNT],
    ]),
  },
  totalKey: { id: 8, subject: 'totals-key', version: 1, schema: '"string"' },
  total: {
    ...{ id: 9, subject: 'totals-value', version: 1 },
    schema: ksqldbValue([
      ['ORDERS', 'long'],
      ['AMOUNT', AMOUNT],
    ]),
  },
  counted: {
    ...{ id: 10, subject: `${TOTALS_CHANGELOG}-value`, version: 1 },
    schema: ksqldbValue([
      ['CUSTOMER', 'string'],
      ['KSQL_AGG_VARIABLE_0', 'long'],
      ['KSQL_AGG_VARIABLE_1', AMOUNT],
    ]),
  },
} as const satisfies Record<string, ShopSchema>;
