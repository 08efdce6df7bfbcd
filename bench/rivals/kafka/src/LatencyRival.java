import java.nio.file.Files;
import java.util.Properties;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Produced;

/**
 * One Kafka Streams thread that keeps the last value of each key, without a cache, and tells each change, until it is killed.
 * Arguments: bootstrap servers, application id, input topic, output topic, milliseconds of the producer's linger, or
 * "default". Prints "running" when it is.
 */
public final class LatencyRival {
  public static void main(String[] args) throws Exception {
    Properties config = new Properties();
    config.put("bootstrap.servers", args[0]);
    config.put("application.id", args[1]);
    config.put("auto.offset.reset", "earliest");
    config.put("num.stream.threads", "1");
    config.put("statestore.cache.max.bytes", "0");
    if (!args[4].equals("default")) config.put("producer.linger.ms", args[4]);
    config.put("state.dir", Files.createTempDirectory("rival-state").toString());

    StreamsBuilder builder = new StreamsBuilder();
    var text = Serdes.String();
    builder.stream(args[2], Consumed.with(text, text))
        .groupByKey(Grouped.with(text, text))
        .reduce((before, value) -> value)
        .toStream()
        .to(args[3], Produced.with(text, text));
    KafkaStreams streams = new KafkaStreams(builder.build(), config);
    streams.setStateListener(
        (now, before) -> {
          if (now == KafkaStreams.State.RUNNING) System.out.println("running");
        });
    Runtime.getRuntime().addShutdownHook(new Thread(streams::close));
    streams.start();
  }
}
