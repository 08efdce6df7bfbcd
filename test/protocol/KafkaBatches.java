import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;

/**
 * Reads lines "compression hex", a record batch each, with Kafka's own classes. Answers two lines: the records as text,
 * and the hex of a batch of the same records and compression that Kafka has written.
 */
public class KafkaBatches {
  public static void main(String[] args) throws Exception {
    var lines = new BufferedReader(new InputStreamReader(System.in));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      String[] parts = line.split(" ");
      ByteBuffer bytes = ByteBuffer.wrap(HexFormat.of().parseHex(parts[1]));
      var text = new StringBuilder();
      var records = new java.util.ArrayList<SimpleRecord>();
      for (RecordBatch batch : MemoryRecords.readableRecords(bytes).batches()) {
        batch.ensureValid();
        for (Record record : batch) {
          text.append(record.offset()).append(',').append(record.timestamp()).append(',');
          text.append(hex(record.key())).append(',').append(hex(record.value()));
          for (Header header : record.headers()) {
            text.append(',').append(header.key()).append('=').append(hex(header.value()));
          }
          text.append(';');
          records.add(new SimpleRecord(record));
        }
      }
      System.out.println(text);
      var written =
          MemoryRecords.withRecords(
              1000L, Compression.of(CompressionType.forName(parts[0])).build(), records.toArray(new SimpleRecord[0]));
      System.out.println(hex(written.buffer()));
    }
  }

  private static String hex(ByteBuffer buffer) {
    if (buffer == null) return "null";
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return hex(bytes);
  }

  private static String hex(byte[] bytes) {
    return bytes == null ? "null" : HexFormat.of().formatHex(bytes);
  }
}
