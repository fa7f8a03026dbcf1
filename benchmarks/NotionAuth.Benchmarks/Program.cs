using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace NotionAuth.Benchmarks;

/// <summary>
/// Measures Core's hot paths with BenchmarkDotNet. Its only argument is the folder that the table is written to.
/// </summary>
internal static class Program
{
    public static int Main(string[] args)
    {
        // In this process: another one would have to be built and restored, which takes longer than all measuring.
        IConfig config = ManualConfig.CreateEmpty()
            .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))
            .AddColumn(TargetMethodColumn.Method, StatisticColumn.Min, StatisticColumn.Median, StatisticColumn.Mean)
            .AddColumnProvider(DefaultColumnProviders.Metrics)
            .AddExporter(MarkdownExporter.GitHub)
            .AddLogger(ConsoleLogger.Default)
            .WithArtifactsPath(args[0]);
        Summary summary = BenchmarkRunner.Run<HotPaths>(config);
        return summary.HasCriticalValidationErrors || summary.Reports.Length == 0 ? 1 : 0;
    }
}
