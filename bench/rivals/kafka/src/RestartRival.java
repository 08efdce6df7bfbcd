import java.util.Properties;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * One Kafka Streams thread that counts until it is killed. Arguments: bootstrap servers, application id, input topic, folder of
 * its state, processing guarantee. Prints "processed N" for the first record, and then for each 100,000th.
 */
public final class RestartRival {
  private static final AtomicLong PROCESSED = new AtomicLong();

  public static void main(String[] args) {
    Properties config = new Properties();
    config.put("bootstrap.servers", args[0]);
    config.put("application.id", args[1]);
    config.put("auto.offset.reset", "earliest");
    config.put("num.stream.threads", "1");
    config.put("processing.guarantee", args[4]);
    config.put("commit.interval.ms", args[4].equals("exactly_once_v2") ? "100" : "1000");
    config.put("state.dir", args[3]);

    StreamsBuilder builder = new StreamsBuilder();
    var text = Serdes.String();
    builder.stream(args[2], Consumed.with(text, text))
        .peek((key, value) -> tick())
        .groupByKey(Grouped.with(text, text))
        .count(Materialized.<String, Long, KeyValueStore<Bytes, byte[]>>as("counts").withKeySerde(text));
    new KafkaStreams(builder.build(), config).start();
  }

  private static void tick() {
    long processed = PROCESSED.incrementAndGet();
    if (processed % 100_000 == 1) System.out.println("processed " + processed);
  }
}
