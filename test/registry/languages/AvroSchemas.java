import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;

/** Reads {"reader":"...","writer":"..."} line by line, and answers with what Apache Avro says of the two schemas. */
public class AvroSchemas {
  public static void main(String[] args) throws Exception {
    ObjectMapper json = new ObjectMapper();
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line; (line = in.readLine()) != null; ) {
      JsonNode pair = json.readTree(line);
      System.out.println(json.writeValueAsString(answer(pair)));
    }
  }

  private static Object answer(JsonNode pair) {
    Schema reader;
    Schema writer;
    try {
      reader = new Schema.Parser().parse(pair.get("reader").textValue());
      writer = new Schema.Parser().parse(pair.get("writer").textValue());
    } catch (RuntimeException e) {
      return Map.of("error", String.valueOf(e.getMessage()));
    }
    List<String> differences = new ArrayList<>();
    try {
      SchemaCompatibility.checkReaderWriterCompatibility(reader, writer).getResult().getIncompatibilities()
          .forEach(i -> differences.add(i.getType() + " " + i.getLocation() + " " + i.getMessage()));
    } catch (RuntimeException e) {
      // A field that matches several; its text holds the whole schema.
      differences.add("UNEXPECTED / ");
    }
    return Map.of("reader", reader.toString(), "writer", writer.toString(), "differences", differences);
  }
}
