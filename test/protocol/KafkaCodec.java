import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.MessageUtil;

/**
 * Reads lines "Name version hex", decodes the bytes with Kafka's own class of that name and encodes them again. Answers
 * each line with "same", "newer" (this Kafka does not have the message or the version), or what went wrong.
 */
public class KafkaCodec {
  private static final String[] NAMES = {
    "org.apache.kafka.common.message.%sData",
    "org.apache.kafka.common.message.%s",
    "org.apache.kafka.common.metadata.%s",
    "org.apache.kafka.coordinator.group.generated.%s",
    "org.apache.kafka.coordinator.transaction.generated.%s",
    "org.apache.kafka.coordinator.share.generated.%s",
    "org.apache.kafka.raft.generated.%s",
    "org.apache.kafka.streams.internals.generated.%s",
  };

  public static void main(String[] args) throws Exception {
    var lines = new BufferedReader(new InputStreamReader(System.in));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      String[] parts = line.split(" ", -1);
      System.out.println(check(parts[0], Short.parseShort(parts[1]), HexFormat.of().parseHex(parts[2])));
    }
  }

  private static String check(String name, short version, byte[] bytes) {
    try {
      Class<?> type = find(name);
      if (type == null) return "newer";
      Message empty = (Message) type.getConstructor().newInstance();
      if (version > empty.highestSupportedVersion()) return "newer";
      Message message =
          (Message)
              type.getConstructor(org.apache.kafka.common.protocol.Readable.class, short.class)
                  .newInstance(new ByteBufferAccessor(ByteBuffer.wrap(bytes)), version);
      ByteBuffer encoded = MessageUtil.toByteBufferAccessor(message, version).buffer();
      return encoded.equals(ByteBuffer.wrap(bytes)) ? "same" : "different: " + message;
    } catch (Exception error) {
      return "failed: " + (error.getCause() == null ? error : error.getCause());
    }
  }

  private static Class<?> find(String name) {
    for (String pattern : NAMES) {
      try {
        return Class.forName(String.format(pattern, name));
      } catch (ClassNotFoundException absent) {
        // It is in another of Kafka's packages, or not in this release.
      }
    }
    return null;
  }
}
