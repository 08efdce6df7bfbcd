/*
 * librdkafka, produced to or consumed from as bench/harness/client-run.ts says.
 *
 *     client BOOTSTRAP produce|consume TOPIC RECORDS BATCH_RECORDS
 */
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define VALUE_BYTES 100
#define FETCH_BYTES "10485760"
#define POLL_RECORDS 10000

static long acknowledged;

static void fail(const char *what, const char *why) {
  fprintf(stderr, "%s: %s\n", what, why);
  exit(1);
}

static double now_seconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

static double cpu_seconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

static void set(rd_kafka_conf_t *conf, const char *name, const char *value) {
  char why[256];
  if (rd_kafka_conf_set(conf, name, value, why, sizeof why) != RD_KAFKA_CONF_OK) fail(name, why);
}

static void print(long records, double began, double cpu_began) {
  double seconds = now_seconds() - began;
  printf("{\"recordsPerSecond\":%.0f}\n", records / seconds);
  printf("{\"cpuMicrosPerRecord\":%.3f}\n", (cpu_seconds() - cpu_began) * 1e6 / records);
}

static void on_delivery(rd_kafka_t *client, const rd_kafka_message_t *message, void *opaque) {
  (void)client;
  (void)opaque;
  if (message->err) fail("delivery", rd_kafka_err2str(message->err));
  acknowledged++;
}

static void produce(rd_kafka_conf_t *conf, const char *topic_name, long records, const char *batch_records) {
  char why[256], value[VALUE_BYTES];
  memset(value, 'x', sizeof value);
  set(conf, "acks", "all");
  set(conf, "linger.ms", "5");
  set(conf, "max.in.flight", "5");
  set(conf, "batch.num.messages", batch_records);
  set(conf, "queue.buffering.max.messages", "1000000");
  rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
  rd_kafka_t *client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
  if (client == NULL) fail("producer", why);
  rd_kafka_topic_t *topic = rd_kafka_topic_new(client, topic_name, NULL);
  const rd_kafka_metadata_t *metadata;
  rd_kafka_resp_err_t error = rd_kafka_metadata(client, 0, topic, &metadata, 10000);
  if (error) fail("metadata", rd_kafka_err2str(error));
  rd_kafka_metadata_destroy(metadata);
  double began = now_seconds(), cpu_began = cpu_seconds();
  for (long i = 0; i < records; i++) {
    while (rd_kafka_produce(topic, 0, RD_KAFKA_MSG_F_COPY, value, sizeof value, NULL, 0, NULL) == -1) {
      if (rd_kafka_last_error() != RD_KAFKA_RESP_ERR__QUEUE_FULL)
        fail("produce", rd_kafka_err2str(rd_kafka_last_error()));
      rd_kafka_poll(client, 10);
    }
    if (i % 1000 == 0) rd_kafka_poll(client, 0);
  }
  while (acknowledged < records) rd_kafka_poll(client, 100);
  print(records, began, cpu_began);
}

static void consume(rd_kafka_conf_t *conf, const char *topic_name, long records) {
  static rd_kafka_message_t *messages[POLL_RECORDS];
  char why[256], group[64];
  snprintf(group, sizeof group, "bench-%d", (int)getpid());
  set(conf, "group.id", group);
  set(conf, "auto.offset.reset", "earliest");
  set(conf, "fetch.message.max.bytes", FETCH_BYTES);
  set(conf, "fetch.max.bytes", FETCH_BYTES);
  rd_kafka_t *client = rd_kafka_new(RD_KAFKA_CONSUMER, conf, why, sizeof why);
  if (client == NULL) fail("consumer", why);
  rd_kafka_poll_set_consumer(client);
  rd_kafka_topic_partition_list_t *topics = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(topics, topic_name, RD_KAFKA_PARTITION_UA);
  rd_kafka_resp_err_t error = rd_kafka_subscribe(client, topics);
  if (error) fail("subscribe", rd_kafka_err2str(error));
  rd_kafka_queue_t *queue = rd_kafka_queue_get_consumer(client);
  double began = 0, cpu_began = 0;
  for (long seen = 0; seen < records;) {
    ssize_t count = rd_kafka_consume_batch_queue(queue, 100, messages, POLL_RECORDS);
    for (ssize_t i = 0; i < count; i++) {
      if (!messages[i]->err) {
        if (seen++ == 0) began = now_seconds(), cpu_began = cpu_seconds();
      } else if (messages[i]->err != RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        fail("consume", rd_kafka_message_errstr(messages[i]));
      }
      rd_kafka_message_destroy(messages[i]);
    }
  }
  print(records, began, cpu_began);
}

int main(int argc, char **argv) {
  if (argc < 6) fail("usage", "client BOOTSTRAP produce|consume TOPIC RECORDS BATCH_RECORDS");
  rd_kafka_conf_t *conf = rd_kafka_conf_new();
  set(conf, "bootstrap.servers", argv[1]);
  if (strcmp(argv[2], "produce") == 0)
    produce(conf, argv[3], atol(argv[4]), argv[5]);
  else
    consume(conf, argv[3], atol(argv[4]));
  fflush(stdout);
  /* What it would still tell the broker is not measured. */
  _exit(0);
}
