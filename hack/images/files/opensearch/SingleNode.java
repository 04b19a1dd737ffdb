import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.opensearch.analysis.common.CommonAnalysisPlugin;
import org.opensearch.common.logging.LogConfigurator;
import org.opensearch.common.settings.Settings;
import org.opensearch.env.Environment;
import org.opensearch.geo.GeoModulePlugin;
import org.opensearch.index.mapper.MapperExtrasPlugin;
import org.opensearch.index.rankeval.RankEvalPlugin;
import org.opensearch.index.reindex.ReindexPlugin;
import org.opensearch.ingest.common.IngestCommonPlugin;
import org.opensearch.join.ParentJoinPlugin;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.painless.PainlessPlugin;
import org.opensearch.percolator.PercolatorPlugin;
import org.opensearch.plugins.Plugin;
import org.opensearch.script.expression.ExpressionPlugin;
import org.opensearch.script.mustache.MustachePlugin;
import org.opensearch.search.aggregations.matrix.MatrixAggregationPlugin;
import org.opensearch.transport.Netty4Plugin;

/** One OpenSearch node with the modules of the distribution loaded from the class path. */
public final class SingleNode extends Node {
  private static final List<Class<? extends Plugin>> MODULES =
      List.of(
          Netty4Plugin.class,
          ReindexPlugin.class,
          ParentJoinPlugin.class,
          PercolatorPlugin.class,
          MustachePlugin.class,
          MapperExtrasPlugin.class,
          RankEvalPlugin.class,
          MatrixAggregationPlugin.class,
          CommonAnalysisPlugin.class,
          PainlessPlugin.class,
          ExpressionPlugin.class,
          IngestCommonPlugin.class,
          GeoModulePlugin.class);

  private SingleNode(Environment environment) {
    super(environment, MODULES, false);
  }

  /** Settings that upstream's image has, under those of the environment: `discovery.type=single-node`. */
  private static Settings settings(Map<String, String> variables) {
    String home = System.getProperty("opensearch.path.home");
    Settings.Builder settings =
        Settings.builder()
            .put("path.home", home)
            .put("path.data", Path.of(home, "data").toString())
            .put("path.logs", Path.of(home, "logs").toString())
            .put("cluster.name", "docker-cluster")
            .put("network.host", "0.0.0.0")
            .put("discovery.type", "single-node");
    variables.forEach(
        (name, value) -> {
          if (name.matches("[a-z0-9_]+(\\.[a-z0-9_]+)+")) settings.put(name, value);
        });
    return settings.build();
  }

  public static void main(String[] arguments) throws Exception {
    String name = System.getenv().getOrDefault("HOSTNAME", "opensearch");
    Settings settings = settings(System.getenv());
    LogConfigurator.registerErrorListener();
    Environment environment =
        InternalSettingsPreparer.prepareEnvironment(settings, Map.of(), null, () -> name);
    SingleNode node = new SingleNode(environment);
    CountDownLatch stopped = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  try {
                    node.close();
                  } catch (Exception failure) {
                    failure.printStackTrace();
                  }
                  stopped.countDown();
                }));
    node.start();
    stopped.await();
  }
}
