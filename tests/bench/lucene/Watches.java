import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.lucene.index.Term;
import org.apache.lucene.queries.spans.SpanNearQuery;
import org.apache.lucene.queries.spans.SpanOrQuery;
import org.apache.lucene.queries.spans.SpanQuery;
import org.apache.lucene.queries.spans.SpanTermQuery;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;

/**
 * Watches WATCHES TEXTS ROUNDS: as Percolate, with watches as nested clauses.
 *
 * <p>A watch is a line: ( all CLAUSE ... ), ( any CLAUSE ... ), ( none CLAUSE ... ), ( near WORDS CLAUSE ... ),
 * ( sentence CLAUSE ... ), or a word; all parted by blanks.
 */
public final class Watches {
  public static void main(String[] arguments) throws IOException {
    Percolate.Queries watches =
        () -> Files.readAllLines(Path.of(arguments[0])).stream().map(Watches::watch).toList();
    Percolate.run(watches, Path.of(arguments[1]), Integer.parseInt(arguments[2]));
  }

  private record Clause(String key, List<Clause> parts) {}

  private static Query watch(String line) {
    Iterator<String> words = List.of(line.split(" ")).iterator();
    return query(clause(words.next(), words));
  }

  private static Clause clause(String word, Iterator<String> words) {
    if (!word.equals("(")) {
      return new Clause(word, null);
    }
    String key = words.next();
    List<Clause> parts = new ArrayList<>();
    for (String next = words.next(); !next.equals(")"); next = words.next()) {
      parts.add(clause(next, words));
    }
    return new Clause(key, parts);
  }

  private static Query query(Clause clause) {
    if (clause.parts() == null) {
      return new TermQuery(new Term(Percolate.FIELD, clause.key()));
    }
    if (clause.key().equals("near") || clause.key().equals("sentence")) {
      return span(clause);
    }
    BooleanQuery.Builder all = new BooleanQuery.Builder();
    for (Clause part : clause.parts()) {
      if (part.key().equals("none") && part.parts() != null) {
        part.parts().forEach(barred -> all.add(query(barred), Occur.MUST_NOT));
      } else {
        all.add(query(part), clause.key().equals("any") ? Occur.SHOULD : Occur.MUST);
      }
    }
    return all.build();
  }

  private static SpanQuery span(Clause clause) {
    if (clause.parts() == null) {
      return new SpanTermQuery(new Term(Percolate.FIELD, clause.key()));
    }
    boolean near = clause.key().equals("near");
    SpanQuery[] parts =
        clause.parts().stream().skip(near ? 1 : 0).map(Watches::span).toArray(SpanQuery[]::new);
    if (clause.key().equals("any")) {
      return parts.length == 1 ? parts[0] : new SpanOrQuery(parts);
    }
    // A window of n words leaves n less their number between single words.
    int slop = near ? Integer.parseInt(clause.parts().get(0).key()) - parts.length : Percolate.LONGEST_SENTENCE;
    return new SpanNearQuery(parts, slop, false);
  }
}
