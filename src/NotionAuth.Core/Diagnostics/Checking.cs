using System;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Common;

namespace NotionAuth.Core.Diagnostics;

/// <summary>Runs one check, so that no check's failure ends the others.</summary>
internal static class Checking
{
    /// <summary>Runs a check.</summary>
    /// <param name="check">Its name.</param>
    /// <param name="target">Which one, or null.</param>
    /// <param name="work">Finds out; what it throws is the check's result.</param>
    /// <param name="cancellationToken">The one thing that ends all checks.</param>
    /// <returns>The check.</returns>
    public static async Task<EnvironmentCheck> RunAsync(
        string check, string? target, Func<Task<EnvironmentCheck>> work, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return await work().ConfigureAwait(false) with { Check = check, Target = target };
        }
        catch (NotionAuthException e)
        {
            return Failed(e) with { Check = check, Target = target };
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // A fault of ours or of the platform: it is this check's result, and the others go on.
            return new EnvironmentCheck
            {
                Check = check,
                Target = target,
                Status = CheckStatus.Failed,
                Detail = $"The check itself failed ({e.GetType().Name}): {Redaction.Scrub(e.Message)}",
                Recommendation = "Report this, with what stands here.",
            };
        }
    }

    /// <summary>Runs a check that has nothing to wait for.</summary>
    public static Task<EnvironmentCheck> RunAsync(
        string check, string? target, Func<EnvironmentCheck> work, CancellationToken cancellationToken) =>
        RunAsync(check, target, () => Task.FromResult(work()), cancellationToken);

    /// <summary>A check that found all well.</summary>
    public static EnvironmentCheck Ok(string detail) => Of(CheckStatus.Ok, detail, null);

    /// <summary>A check that found something to know.</summary>
    public static EnvironmentCheck Warning(string detail, string? recommendation) =>
        Of(CheckStatus.Warning, detail, recommendation);

    /// <summary>A check that found what fails.</summary>
    public static EnvironmentCheck Failed(string detail, string? recommendation) =>
        Of(CheckStatus.Failed, detail, recommendation);

    /// <summary>A check that could not be made.</summary>
    public static EnvironmentCheck NotRun(string detail, string? recommendation = null) =>
        Of(CheckStatus.NotRun, detail, recommendation);

    /// <summary>What an error says of a check. Where somebody would have to be asked, nothing was found out.</summary>
    public static EnvironmentCheck Failed(NotionAuthException error) => Of(
        error.ErrorId == ErrorIds.NotInteractive ? CheckStatus.NotRun : CheckStatus.Failed, error.Message,
        error.RecommendedAction);

    private static EnvironmentCheck Of(CheckStatus status, string detail, string? recommendation) => new()
    {
        Check = string.Empty,
        Status = status,
        Detail = detail,
        Recommendation = string.IsNullOrEmpty(recommendation) ? null : recommendation,
    };
}
