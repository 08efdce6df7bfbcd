-- The statements of a shop, as they were deployed to ksqlDB.
SET 'auto.offset.reset' = 'earliest';

CREATE STREAM IF NOT EXISTS orders (id BIGINT KEY)
  WITH (KAFKA_TOPIC = 'orders', KEY_FORMAT = 'AVRO', VALUE_FORMAT = 'AVRO');
CREATE TABLE IF NOT EXISTS customers (id STRING PRIMARY KEY)
  WITH (KAFKA_TOPIC = 'customers', KEY_FORMAT = 'KAFKA', VALUE_FORMAT = 'PROTOBUF');
CREATE STREAM IF NOT EXISTS clicks (customer STRING KEY)
  WITH (KAFKA_TOPIC = 'clicks', KEY_FORMAT = 'KAFKA', VALUE_FORMAT = 'JSON_SR');

CREATE STREAM IF NOT EXISTS web_orders WITH (KAFKA_TOPIC = 'web_orders') AS
  SELECT id, customer, total->amount AS amount FROM orders WHERE channel = 'web' EMIT CHANGES;

CREATE TABLE IF NOT EXISTS totals WITH (KAFKA_TOPIC = 'totals') AS
  SELECT customer, COUNT(*) AS orders, SUM(total->amount) AS amount
  FROM orders GROUP BY customer EMIT CHANGES;

CREATE STREAM IF NOT EXISTS addressed WITH (KAFKA_TOPIC = 'addressed') AS
  SELECT o.customer, o.id AS order_id, o.total->amount AS amount, c.city
  FROM orders o LEFT JOIN customers c ON o.customer = c.id EMIT CHANGES;

CREATE TABLE IF NOT EXISTS by_city WITH (KAFKA_TOPIC = 'by_city', VALUE_FORMAT = 'PROTOBUF') AS
  SELECT city, COUNT(*) AS orders FROM addressed WINDOW TUMBLING (SIZE 1 HOUR) GROUP BY city EMIT CHANGES;

CREATE STREAM IF NOT EXISTS led_to WITH (KAFKA_TOPIC = 'led_to', VALUE_FORMAT = 'JSON_SR') AS
  SELECT c.customer, c.page, a.order_id, a.amount
  FROM clicks c JOIN addressed a WITHIN 10 MINUTES ON c.customer = a.customer EMIT CHANGES;
