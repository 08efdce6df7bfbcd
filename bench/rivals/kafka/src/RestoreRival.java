import java.nio.file.Files;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.processor.StateRestoreListener;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * One Kafka Streams thread that restores the store of a count and has nothing else to do. Arguments: bootstrap servers,
 * application id, input topic, records to restore. Prints one JSON line with the records per second from the beginning of the
 * restoring to its end.
 */
public final class RestoreRival {
  private static final CountDownLatch RESTORED = new CountDownLatch(1);
  private static volatile long startNanos;
  private static volatile long endNanos;
  private static volatile long restored;

  public static void main(String[] args) throws Exception {
    long records = Long.parseLong(args[3]);
    Properties config = new Properties();
    config.put("bootstrap.servers", args[0]);
    config.put("application.id", args[1]);
    config.put("auto.offset.reset", "earliest");
    config.put("num.stream.threads", "1");
    config.put("state.dir", Files.createTempDirectory("rival-state").toString());

    StreamsBuilder builder = new StreamsBuilder();
    var text = Serdes.String();
    builder.stream(args[2], Consumed.with(text, text))
        .groupByKey(Grouped.with(text, text))
        .count(Materialized.<String, Long, KeyValueStore<Bytes, byte[]>>as("counts").withKeySerde(text));
    KafkaStreams streams = new KafkaStreams(builder.build(), config);
    streams.setGlobalStateRestoreListener(new Listener());
    streams.start();
    RESTORED.await();
    if (restored != records) throw new IllegalStateException("restored " + restored + " of " + records);
    System.out.printf("{\"recordsPerSecond\":%d}%n", Math.round(records / ((endNanos - startNanos) / 1e9)));
    // It leaves the group, so that the next run need not wait for it.
    streams.close(new KafkaStreams.CloseOptions().leaveGroup(true).timeout(Duration.ofSeconds(10)));
  }

  private static final class Listener implements StateRestoreListener {
    @Override
    public void onRestoreStart(TopicPartition partition, String store, long from, long to) {
      startNanos = System.nanoTime();
    }

    @Override
    public void onBatchRestored(TopicPartition partition, String store, long offset, long records) {}

    @Override
    public void onRestoreEnd(TopicPartition partition, String store, long total) {
      endNanos = System.nanoTime();
      restored = total;
      RESTORED.countDown();
    }
  }
}
