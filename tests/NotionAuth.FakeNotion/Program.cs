using System;
using System.Diagnostics;
using System.IO;
using System.Runtime.InteropServices;
using System.Threading.Tasks;
using NotionAuth.FakeNotion.Control;
using NotionAuth.FakeNotion.Endpoints;
using NotionAuth.FakeNotion.Hosting;

namespace NotionAuth.FakeNotion;

/// <summary>The fake as a program of its own.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        ProgramOptions options;
        try
        {
            options = ProgramOptions.Parse(args);
        }
        catch (ArgumentException e)
        {
            await Console.Error.WriteLineAsync(e.Message + Environment.NewLine + ProgramOptions.Usage);
            return 2;
        }

        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void End(PosixSignalContext context)
        {
            context.Cancel = true;
            _ = end.TrySetResult();
        }

        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        await using var server = await FakeNotionServer.StartAsync(options.Fake);
        var ready = Json.Text(ControlJson.Ready(server.State));
        if (options.ReadyFile is { } path)
            WriteWhole(path, ready + "\n");
        await Console.Out.WriteLineAsync(ready);
        await Console.Out.FlushAsync();

        if (options.ParentPid is { } pid)
            _ = WatchAsync(pid, end);
        if (options.ExitWithStdin)
            _ = DrainAsync(end);
        await end.Task;
        return 0;
    }

    /// <summary>Nobody who waits for the file must ever read half of it.</summary>
    private static void WriteWhole(string path, string text)
    {
        var temporary = path + "." + Guid.NewGuid().ToString("N");
        File.WriteAllText(temporary, text);
        File.Move(temporary, path, overwrite: true);
    }

    private static async Task WatchAsync(int pid, TaskCompletionSource end)
    {
        try
        {
            using var parent = Process.GetProcessById(pid);
            await parent.WaitForExitAsync();
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            // It is gone already.
        }

        _ = end.TrySetResult();
    }

    private static async Task DrainAsync(TaskCompletionSource end)
    {
        var buffer = new byte[256];
        await using var input = Console.OpenStandardInput();
        while (await input.ReadAsync(buffer) > 0)
        {
        }

        _ = end.TrySetResult();
    }
}
