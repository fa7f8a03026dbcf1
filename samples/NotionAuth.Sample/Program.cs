using System;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Common;

namespace NotionAuth.Sample;

/// <summary>NotionAuth.Core as a library, without PowerShell: see <see cref="Story"/>.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        using var stopping = new CancellationTokenSource();
        Console.CancelKeyPress += (_, e) =>
        {
            e.Cancel = true;
            stopping.Cancel();
        };

        try
        {
            using var story = new Story(SampleOptions.Parse(args));
            await story.RunAsync(stopping.Token);
            return 0;
        }
        catch (ArgumentException e)
        {
            await Console.Error.WriteLineAsync(e.Message + Environment.NewLine + SampleOptions.Usage);
            return 2;
        }
        catch (NotionAuthException e)
        {
            // The message and the advice are made to be shown: neither ever holds a token, a code or a client secret.
            await Console.Error.WriteLineAsync($"{e.ErrorId}: {e.Message}{Environment.NewLine}{e.RecommendedAction}");
            return 1;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return 130;
        }
    }
}
