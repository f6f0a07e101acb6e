import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.core.WhitespaceTokenizer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.Term;
import org.apache.lucene.monitor.MatchingQueries;
import org.apache.lucene.monitor.Monitor;
import org.apache.lucene.monitor.MonitorConfiguration;
import org.apache.lucene.monitor.MonitorQuery;
import org.apache.lucene.monitor.MultipassTermFilteredPresearcher;
import org.apache.lucene.monitor.QueryMatch;
import org.apache.lucene.queries.spans.SpanNearQuery;
import org.apache.lucene.queries.spans.SpanOrQuery;
import org.apache.lucene.queries.spans.SpanQuery;
import org.apache.lucene.queries.spans.SpanTermQuery;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.Query;

/**
 * Percolate RULES TEXTS ROUNDS: the rules that each text meets, by number, one line for each text; then one line with
 * the CPU of this thread in microseconds for one text, the least of the rounds, in seconds to build, and the heap in MB.
 *
 * <p>A rule is a line: scope, words within (0: none), the groups, and last what must not be there, parted by tabs; the
 * phrases of a group by bars, their words by blanks. A text is a line: sentences parted by tabs, words by blanks.
 */
public final class Percolate {
  static final String FIELD = "text";
  private static final int BETWEEN_SENTENCES = 100_000;
  static final int LONGEST_SENTENCE = 50_000;
  private static final int LEAST_ROUNDS_TO_WARM_UP = 10;

  /** Reads the queries, which is measured too. */
  interface Queries {
    List<Query> read() throws IOException;
  }

  public static void main(String[] arguments) throws IOException {
    Queries rules = () -> Files.readAllLines(Path.of(arguments[0])).stream().map(Percolate::rule).toList();
    run(rules, Path.of(arguments[1]), Integer.parseInt(arguments[2]));
  }

  static void run(Queries queries, Path given, int rounds) throws IOException {
    List<Document> texts = Files.readAllLines(given).stream().map(Percolate::document).toList();
    Analyzer analyzer = analyzer();
    long before = memory();
    long began = cpu();
    try (Monitor monitor =
        new Monitor(
            analyzer,
            new MultipassTermFilteredPresearcher(2),
            new MonitorConfiguration().setQueryUpdateBufferSize(10_000))) {
      List<MonitorQuery> registered = new ArrayList<>();
      for (Query query : queries.read()) {
        registered.add(new MonitorQuery(Integer.toString(registered.size()), query));
      }
      monitor.register(registered);
      double seconds = (cpu() - began) / 1e9;
      registered = null;
      double megabytes = (memory() - before) / 1e6;
      double least = Double.MAX_VALUE;
      for (int round = -LEAST_ROUNDS_TO_WARM_UP; round < rounds; round++) {
        began = cpu();
        for (Document text : texts) {
          monitor.match(text, QueryMatch.SIMPLE_MATCHER);
        }
        if (round >= 0) {
          least = Math.min(least, (cpu() - began) / 1e3 / texts.size());
        }
      }
      for (Document text : texts) {
        MatchingQueries<QueryMatch> met = monitor.match(text, QueryMatch.SIMPLE_MATCHER);
        TreeSet<Integer> numbers = new TreeSet<>();
        met.getMatches().forEach(match -> numbers.add(Integer.valueOf(match.getQueryId())));
        System.out.println(String.join(" ", numbers.stream().map(String::valueOf).toList()));
      }
      System.out.println(least + " " + seconds + " " + megabytes);
    }
  }

  private static long memory() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  private static long cpu() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private static Analyzer analyzer() {
    return new Analyzer() {
      @Override
      protected TokenStreamComponents createComponents(String field) {
        return new TokenStreamComponents(new WhitespaceTokenizer());
      }

      @Override
      public int getPositionIncrementGap(String field) {
        return BETWEEN_SENTENCES;
      }
    };
  }

  private static Document document(String line) {
    Document document = new Document();
    for (String sentence : line.split("\t")) {
      document.add(new TextField(FIELD, sentence, Field.Store.NO));
    }
    return document;
  }

  private static Query rule(String line) {
    String[] parts = line.split("\t", -1);
    int within = Integer.parseInt(parts[1]);
    if (parts[0].equals("article")) {
      BooleanQuery.Builder all = new BooleanQuery.Builder();
      for (int group = 2; group < parts.length - 1; group++) {
        all.add(anywhere(parts[group]), Occur.MUST);
      }
      if (!parts[parts.length - 1].isEmpty()) {
        all.add(anywhere(parts[parts.length - 1]), Occur.MUST_NOT);
      }
      return all.build();
    }
    List<SpanQuery> groups = new ArrayList<>();
    for (int group = 2; group < parts.length - 1; group++) {
      groups.add(span(parts[group]));
    }
    if (groups.size() == 1) {
      return groups.get(0);
    }
    // Within is asked of single words only: a window of n words leaves n less their number between them.
    int slop = within == 0 ? LONGEST_SENTENCE : within - groups.size();
    return new SpanNearQuery(groups.toArray(SpanQuery[]::new), slop, false);
  }

  private static Query anywhere(String group) {
    BooleanQuery.Builder any = new BooleanQuery.Builder();
    for (String phrase : group.split("\\|")) {
      any.add(new PhraseQuery(FIELD, phrase.split(" ")), Occur.SHOULD);
    }
    return any.build();
  }

  private static SpanQuery span(String group) {
    List<SpanQuery> any = new ArrayList<>();
    for (String phrase : group.split("\\|")) {
      List<SpanQuery> words = new ArrayList<>();
      for (String word : phrase.split(" ")) {
        words.add(new SpanTermQuery(new Term(FIELD, word)));
      }
      any.add(words.size() == 1 ? words.get(0) : new SpanNearQuery(words.toArray(SpanQuery[]::new), 0, true));
    }
    return any.size() == 1 ? any.get(0) : new SpanOrQuery(any.toArray(SpanQuery[]::new));
  }
}
