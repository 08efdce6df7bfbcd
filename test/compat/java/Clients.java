import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.*;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.*;
import org.apache.kafka.common.serialization.*;

/**
 * Kafka's own Java clients against one broker. Prints "ok CHECK" or "not ok CHECK: why" for each check; its argument is
 * the bootstrap address.
 */
public class Clients {
  interface Check {
    void run() throws Exception;
  }

  static String boot;
  static Admin admin;

  static void check(String name, Check check) {
    try {
      check.run();
      System.out.println("ok " + name);
    } catch (Throwable error) {
      System.out.println("not ok " + name + ": " + error + " at " + Arrays.toString(error.getStackTrace()));
    }
  }

  static void equal(Object actual, Object expected) {
    if (!actual.equals(expected)) throw new AssertionError(actual + " is not " + expected);
  }

  /** The check passes when it fails with this error, be it wrapped or not. */
  static void refused(Class<? extends Throwable> expected, Check check) throws Exception {
    try {
      check.run();
    } catch (Exception error) {
      Throwable cause = error instanceof ExecutionException ? error.getCause() : error;
      if (expected.isInstance(cause)) return;
      throw error;
    }
    throw new AssertionError("no " + expected.getSimpleName());
  }

  static Map<String, Object> config(Object... pairs) {
    Map<String, Object> config = new HashMap<>(Map.of("bootstrap.servers", boot));
    for (int i = 0; i < pairs.length; i += 2) config.put((String) pairs[i], pairs[i + 1]);
    return config;
  }

  static KafkaProducer<String, String> producer(Object... pairs) {
    return new KafkaProducer<>(config(pairs), new StringSerializer(), new StringSerializer());
  }

  static KafkaConsumer<String, String> consumer(String group, Object... pairs) {
    Map<String, Object> config = config("group.id", group, "auto.offset.reset", "earliest", "enable.auto.commit", false);
    config.putAll(config(pairs));
    return new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer());
  }

  static String create(String topic, int partitions, String... pairs) throws Exception {
    Map<String, String> config = new HashMap<>();
    for (int i = 0; i < pairs.length; i += 2) config.put(pairs[i], pairs[i + 1]);
    admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1).configs(config))).all().get();
    return topic;
  }

  /** A topic with records at the timestamps 1000, 1001 and so on. */
  static String filled(String topic, int count) throws Exception {
    create(topic, 1);
    try (var producer = producer()) {
      for (int i = 0; i < count; i++) producer.send(new ProducerRecord<>(topic, 0, 1000L + i, null, "v" + i));
    }
    return topic;
  }

  static List<ConsumerRecord<String, String>> take(Consumer<String, String> consumer, int count) {
    List<ConsumerRecord<String, String>> taken = new ArrayList<>();
    long end = System.currentTimeMillis() + 15_000;
    while (taken.size() < count && System.currentTimeMillis() < end) {
      consumer.poll(Duration.ofMillis(200)).forEach(taken::add);
    }
    return taken;
  }

  static void codecs() throws Exception {
    for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) {
      String topic = create("codec-" + codec, 1);
      try (var producer = producer("compression.type", codec, "linger.ms", 20)) {
        for (int i = 0; i < 100; i++) {
          var record = new ProducerRecord<String, String>(topic, 0, 1000L + i, "k", "v".repeat(300) + i);
          record.headers().add("h", new byte[] {1}).add("none", null);
          producer.send(record);
        }
      }
      try (var consumer = consumer(topic)) {
        consumer.subscribe(List.of(topic));
        var records = take(consumer, 100);
        equal(records.size(), 100);
        equal(records.get(9).value(), "v".repeat(300) + 9);
        equal(records.get(9).timestamp(), 1009L);
        equal(records.get(9).headers().toArray().length, 2);
      }
    }
  }

  static void refusals() throws Exception {
    String small = create("small", 1, "max.message.bytes", "10000");
    String compacted = create("compacted", 1, "cleanup.policy", "compact");
    try (var producer = producer()) {
      var large = new ProducerRecord<String, String>(small, "x".repeat(20_000));
      refused(RecordTooLargeException.class, () -> producer.send(large).get());
      var future = new ProducerRecord<String, String>(small, 0, System.currentTimeMillis() + 7_200_000, null, "v");
      refused(InvalidTimestampException.class, () -> producer.send(future).get());
      var unkeyed = new ProducerRecord<String, String>(compacted, "v");
      refused(InvalidRecordException.class, () -> producer.send(unkeyed).get());
      var unnamed = new ProducerRecord<String, String>("not a name", "v");
      refused(InvalidTopicException.class, () -> producer.send(unnamed).get());
    }
    try (var consumer = consumer("new-protocol", "group.protocol", "consumer")) {
      consumer.subscribe(List.of(small));
      refused(UnsupportedVersionException.class, () -> take(consumer, 1));
    }
  }

  /** Results of an aborted transaction nobody sees, and offsets are committed with the results. */
  static void transactions() throws Exception {
    String input = filled("tx-input", 3);
    String output = create("tx-output", 3);
    var position = new TopicPartition(input, 0);
    try (var consumer = consumer("tx-group"); var producer = producer("transactional.id", "tx")) {
      consumer.subscribe(List.of(input));
      producer.initTransactions();
      var records = take(consumer, 3);
      for (boolean commits : List.of(false, true)) {
        producer.beginTransaction();
        for (var record : records) producer.send(new ProducerRecord<>(output, record.value() + commits));
        var offset = new OffsetAndMetadata(commits ? 3 : 1);
        producer.sendOffsetsToTransaction(Map.of(position, offset), consumer.groupMetadata());
        if (commits) producer.commitTransaction();
        else producer.abortTransaction();
      }
      equal(consumer.committed(Set.of(position)).get(position).offset(), 3L);
    }
    try (var reader = consumer("tx-reader", "isolation.level", "read_committed")) {
      reader.subscribe(List.of(output));
      var values = take(reader, 3).stream().map(ConsumerRecord::value).sorted().toList();
      equal(values, List.of("v0true", "v1true", "v2true"));
    }
  }

  /** The second producer of a transactional id aborts what the first one has begun, which can end nothing any more. */
  static void fencing() throws Exception {
    String topic = create("tx-fencing", 1);
    try (var first = producer("transactional.id", "fenced"); var second = producer("transactional.id", "fenced")) {
      first.initTransactions();
      first.beginTransaction();
      first.send(new ProducerRecord<>(topic, "first")).get();
      second.initTransactions();
      second.beginTransaction();
      second.send(new ProducerRecord<>(topic, "second"));
      refused(ProducerFencedException.class, () -> first.commitTransaction());
      second.commitTransaction();
    }
    try (var reader = consumer("tx-fencing", "isolation.level", "read_committed")) {
      reader.subscribe(List.of(topic));
      equal(take(reader, 1).get(0).value(), "second");
    }
  }

  static void consuming() throws Exception {
    var partition = new TopicPartition(filled("consuming", 20), 0);
    try (var consumer = consumer("consuming", "max.poll.records", 3)) {
      consumer.assign(List.of(partition));
      consumer.seek(partition, 15);
      equal(take(consumer, 1).get(0).offset(), 15L);
      consumer.seekToEnd(List.of(partition));
      equal(consumer.position(partition), 20L);
      equal(consumer.offsetsForTimes(Map.of(partition, 1005L)).get(partition).offset(), 5L);
      equal(consumer.beginningOffsets(List.of(partition)).get(partition), 0L);
      consumer.seekToBeginning(List.of(partition));
      consumer.pause(List.of(partition));
      equal(consumer.poll(Duration.ofMillis(300)).count(), 0);
      consumer.resume(List.of(partition));
      equal(take(consumer, 3).size(), 3);
      consumer.commitSync();
      equal(consumer.committed(Set.of(partition)).get(partition).offset(), 3L);
    }
    try (var consumer = consumer("strict", "auto.offset.reset", "none")) {
      consumer.assign(List.of(partition));
      refused(NoOffsetForPartitionException.class, () -> take(consumer, 1));
      consumer.seek(partition, 999);
      refused(org.apache.kafka.clients.consumer.OffsetOutOfRangeException.class, () -> take(consumer, 1));
    }
    filled("regex-a", 1);
    filled("regex-b", 1);
    try (var consumer = consumer("regex")) {
      consumer.subscribe(Pattern.compile("regex-.*"));
      equal(take(consumer, 2).size(), 2);
    }
  }

  /** A consumer whose partitions, positions and pauses change while its fetch session goes on, beside forty others. */
  static void fetchSessions() throws Exception {
    List<TopicPartition> all = new ArrayList<>();
    for (String topic : List.of("session-a", "session-b")) {
      create(topic, 20);
      for (int i = 0; i < 20; i++) all.add(new TopicPartition(topic, i));
    }
    try (var producer = producer(); var consumer = consumer("sessions", "fetch.max.wait.ms", 50)) {
      consumer.assign(all);
      for (int round = 0; round < 5; round++) {
        var written = all.subList(round * 7, round * 7 + 7);
        for (var partition : written)
          producer.send(new ProducerRecord<>(partition.topic(), partition.partition(), null, "round " + round));
        producer.flush();
        var taken = take(consumer, 7);
        equal(taken.size(), 7);
        for (var record : taken) equal(record.value(), "round " + round);
        equal(consumer.poll(Duration.ofMillis(100)).count(), 0);
      }
      // Forgotten, and taken in again.
      consumer.assign(all.subList(0, 3));
      consumer.seekToBeginning(all.subList(0, 3));
      equal(take(consumer, 3).size(), 3);
      consumer.assign(all);
      consumer.seekToBeginning(all);
      equal(take(consumer, 35).size(), 35);
      consumer.pause(all.subList(0, 39));
      for (var partition : all) producer.send(new ProducerRecord<>(partition.topic(), partition.partition(), null, "x"));
      producer.flush();
      equal(take(consumer, 1).get(0).partition(), 19);
      consumer.resume(all);
      equal(take(consumer, 39).size(), 39);
    }
  }

  static void settle(List<KafkaConsumer<String, String>> members, List<Integer> sizes) {
    long end = System.currentTimeMillis() + 20_000;
    List<Integer> now = List.of();
    while (!now.equals(sizes) && System.currentTimeMillis() < end) {
      for (var member : members) member.poll(Duration.ofMillis(50));
      now = members.stream().map(member -> member.assignment().size()).toList();
    }
    equal(now, sizes);
  }

  static void rebalances() throws Exception {
    for (String assignor : List.of("Range", "RoundRobin", "Sticky", "CooperativeSticky")) {
      String topic = create("assigned-" + assignor, 6);
      String name = "org.apache.kafka.clients.consumer." + assignor + "Assignor";
      List<KafkaConsumer<String, String>> members = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        var member = consumer(topic, "partition.assignment.strategy", name, "heartbeat.interval.ms", 300);
        member.subscribe(List.of(topic));
        members.add(member);
      }
      settle(members, List.of(2, 2, 2));
      members.remove(2).close();
      settle(members, List.of(3, 3));
      for (var member : members) member.close();
    }
  }

  static void staticMembership() throws Exception {
    String topic = create("static", 2);
    List<Integer> generations = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      try (var member = consumer(topic, "group.instance.id", "one")) {
        member.subscribe(List.of(topic));
        settle(List.of(member), List.of(2));
        generations.add(member.groupMetadata().generationId());
      }
    }
    equal(generations, List.of(1, 1));
    admin.removeMembersFromConsumerGroup(topic, new RemoveMembersFromConsumerGroupOptions(List.of(new MemberToRemove("one"))))
        .all().get();
    equal(describe(topic).members().size(), 0);
  }

  static ConsumerGroupDescription describe(String group) throws Exception {
    var options = new DescribeConsumerGroupsOptions().includeAuthorizedOperations(true);
    return admin.describeConsumerGroups(List.of(group), options).all().get().get(group);
  }

  static void groups() throws Exception {
    var partition = new TopicPartition(filled("grouped", 3), 0);
    Map<TopicPartition, OffsetAndMetadata> one = Map.of(partition, new OffsetAndMetadata(1));
    try (var consumer = consumer("grouped")) {
      consumer.subscribe(List.of("grouped"));
      equal(take(consumer, 3).size(), 3);
      consumer.commitSync();
      var described = describe("grouped");
      equal(described.groupState(), GroupState.STABLE);
      equal(described.type(), GroupType.CLASSIC);
      equal(described.authorizedOperations().size(), 5);
      equal(admin.describeClassicGroups(List.of("grouped")).all().get().get("grouped").protocolData(), "range");
      var stable = new ListGroupsOptions().inGroupStates(Set.of(GroupState.STABLE)).withTypes(Set.of(GroupType.CLASSIC));
      equal(admin.listGroups(stable).all().get().stream().anyMatch(group -> group.groupId().equals("grouped")), true);
      refused(GroupNotEmptyException.class, () -> admin.deleteConsumerGroups(List.of("grouped")).all().get());
      refused(UnknownMemberIdException.class, () -> admin.alterConsumerGroupOffsets("grouped", one).all().get());
      refused(GroupSubscribedToTopicException.class,
          () -> admin.deleteConsumerGroupOffsets("grouped", Set.of(partition)).all().get());
    }
    admin.alterConsumerGroupOffsets("grouped", one).all().get();
    equal(admin.listConsumerGroupOffsets("grouped").partitionsToOffsetAndMetadata().get().get(partition).offset(), 1L);
    admin.deleteConsumerGroupOffsets("grouped", Set.of(partition)).all().get();
    equal(admin.listConsumerGroupOffsets("grouped").partitionsToOffsetAndMetadata().get(), Map.of());
    admin.deleteConsumerGroups(List.of("grouped")).all().get();
    refused(GroupIdNotFoundException.class, () -> admin.deleteConsumerGroups(List.of("grouped")).all().get());
    refused(GroupIdNotFoundException.class, () -> describe("grouped"));
  }

  static void topics() throws Exception {
    String topic = create("topics", 2, "retention.ms", "5000");
    var before = admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic);
    equal(before.partitions().size(), 2);
    admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(4))).all().get();
    equal(admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic).partitions().size(), 4);
    refused(InvalidPartitionsException.class,
        () -> admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(3))).all().get());
    var resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    var set = new AlterConfigOp(new ConfigEntry("retention.ms", "7"), AlterConfigOp.OpType.SET);
    var append = new AlterConfigOp(new ConfigEntry("cleanup.policy", "compact"), AlterConfigOp.OpType.APPEND);
    admin.incrementalAlterConfigs(Map.of(resource, List.of(set, append))).all().get();
    Config config = admin.describeConfigs(List.of(resource)).all().get().get(resource);
    equal(config.get("retention.ms").source(), ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG);
    equal(config.get("cleanup.policy").value(), "delete,compact");
    var unknown = new AlterConfigOp(new ConfigEntry("nonsense", "1"), AlterConfigOp.OpType.SET);
    refused(InvalidConfigurationException.class,
        () -> admin.incrementalAlterConfigs(Map.of(resource, List.of(unknown))).all().get());
    refused(TopicExistsException.class, () -> create(topic, 1));
    refused(InvalidReplicationFactorException.class,
        () -> admin.createTopics(List.of(new NewTopic("wide", 1, (short) 9))).all().get());
    admin.deleteTopics(TopicCollection.ofTopicIds(List.of(before.topicId()))).all().get();
    refused(UnknownTopicOrPartitionException.class, () -> admin.deleteTopics(List.of(topic)).all().get());
    create(topic, 1);
    var after = admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic);
    equal(after.topicId().equals(before.topicId()), false);
  }

  static void offsets() throws Exception {
    var partition = new TopicPartition(create("offsets", 1), 0);
    try (var producer = producer()) {
      for (long at : new long[] {3000, 9000, 5000}) producer.send(new ProducerRecord<>("offsets", 0, at, null, "v"));
    }
    List<Long> listed = new ArrayList<>();
    var specs = List.of(OffsetSpec.earliest(), OffsetSpec.latest(), OffsetSpec.maxTimestamp(), OffsetSpec.forTimestamp(4000),
        OffsetSpec.forTimestamp(10_000), OffsetSpec.earliestLocal(), OffsetSpec.latestTiered());
    for (var spec : specs) listed.add(admin.listOffsets(Map.of(partition, spec)).partitionResult(partition).get().offset());
    equal(listed, List.of(0L, 3L, 1L, 1L, -1L, 0L, -1L));
    var two = Map.of(partition, RecordsToDelete.beforeOffset(2));
    equal(admin.deleteRecords(two).lowWatermarks().get(partition).get().lowWatermark(), 2L);
    var nine = Map.of(partition, RecordsToDelete.beforeOffset(9));
    refused(org.apache.kafka.common.errors.OffsetOutOfRangeException.class, () -> admin.deleteRecords(nine).all().get());
  }

  static void cluster() throws Exception {
    equal(admin.describeCluster().nodes().get().size(), 1);
    equal(admin.describeFeatures().featureMetadata().get().finalizedFeatures().containsKey("metadata.version"), true);
    equal(admin.describeMetadataQuorum().quorumInfo().get().leaderId(), 1);
    equal(admin.describeLogDirs(List.of(1)).allDescriptions().get().get(1).size(), 1);
    var partition = new TopicPartition(filled("idempotent", 3), 0);
    var states = admin.describeProducers(List.of(partition)).partitionResult(partition).get().activeProducers();
    equal(states.get(0).lastSequence(), 2);
    refused(ElectionNotNeededException.class,
        () -> admin.electLeaders(ElectionType.PREFERRED, Set.of(partition)).all().get());
    refused(SecurityDisabledException.class, () -> admin.describeAcls(AclBindingFilter.ANY).values().get());
    refused(UnsupportedVersionException.class, () -> admin.describeUserScramCredentials().all().get());
  }

  public static void main(String[] args) {
    boot = args[0];
    admin = Admin.create(config());
    check("codecs", Clients::codecs);
    check("refusals", Clients::refusals);
    check("transactions", Clients::transactions);
    check("fencing", Clients::fencing);
    check("consuming", Clients::consuming);
    check("fetch sessions", Clients::fetchSessions);
    check("rebalances", Clients::rebalances);
    check("static membership", Clients::staticMembership);
    check("groups", Clients::groups);
    check("topics", Clients::topics);
    check("offsets", Clients::offsets);
    check("cluster", Clients::cluster);
    admin.close();
  }
}
