import java.time.Duration;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.kstream.Materialized;

/**
 * A member of the application `mixed` on Kafka Streams: counts the records of `in` by key into `out`. Prints its states, and
 * ends, leaving the group, when its input ends. Arguments: bootstrap servers and a folder for its state.
 */
public class KafkaStreamsMember {
  public static void main(String[] args) throws Exception {
    StreamsBuilder builder = new StreamsBuilder();
    builder.<String, String>stream("in").groupByKey().count(Materialized.as("counts")).toStream()
        .mapValues(count -> String.valueOf(count)).to("out");
    Properties config = new Properties();
    config.put(StreamsConfig.APPLICATION_ID_CONFIG, "mixed");
    config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, args[0]);
    config.put(StreamsConfig.STATE_DIR_CONFIG, args[1]);
    config.put(StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
    config.put(StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
    config.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 100);
    config.put(StreamsConfig.consumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG), 300);
    KafkaStreams streams = new KafkaStreams(builder.build(), config);
    streams.setStateListener((next, before) -> System.out.println(next));
    streams.start();
    while (System.in.read() >= 0) {}
    streams.close(
        CloseOptions.groupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP)
            .withTimeout(Duration.ofSeconds(30)));
    System.out.println("ENDED");
  }
}
