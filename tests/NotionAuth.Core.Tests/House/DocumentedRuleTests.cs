using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Text.RegularExpressions;
using NotionAuth.Core.Common;
using NotionAuth.Core.Http;
using NotionAuth.Core.Http.Handlers;
using NotionAuth.Core.Tests.Support;
using Xunit;

namespace NotionAuth.Core.Tests.House;

/// <summary>The rules that are written in words are those of the code.</summary>
public sealed class DocumentedRuleTests
{
    private const string Help = "docs/Invoke-NotionRequest.md";

    public static TheoryData<string> RetryRules =>
        [Help, "docs/decisions.md", "src/NotionAuth.Core/Http/Handlers/RetryPolicy.cs"];

    [Theory]
    [MemberData(nameof(RetryRules))]
    public void The_statuses_that_are_always_repeated_are_those_of_the_code(string document) => Assert.Equal(
        StatusesRepeated(isSafeToRepeat: false),
        StatusesIn(Match(document, @"(409\b[^.;]*?) always")));

    [Theory]
    [InlineData(Help)]
    [InlineData("src/NotionAuth.Core/Http/Handlers/RetryPolicy.cs")]
    public void The_statuses_that_are_repeated_where_it_is_safe_are_those_of_the_code(string document) => Assert.Equal(
        StatusesRepeated(isSafeToRepeat: true).Except(StatusesRepeated(isSafeToRepeat: false)),
        StatusesIn(Match(document, @"(500\b.*?) only where")));

    [Fact]
    public void The_longest_waits_without_Retry_After_are_those_of_the_code()
    {
        string[] words = [.. Regex.Matches(Match(Help, @"Without Retry-After(.*?)at most"), @"(\d+) s\b")
            .Select(m => m.Groups[1].Value)];
        Assert.Equal(["1", "2", "4", "60"], words);
        int[] ceilings = [.. new[] { 1, 2, 3, 30 }.Select(LongestWaitOf)];
        Assert.Equal(words.Select(w => int.Parse(w, CultureInfo.InvariantCulture)), ceilings);
    }

    [Fact]
    public void The_number_of_retries_in_the_description_is_the_default() => Assert.Equal(
        RequestDefaults.MaximumRetryCount,
        int.Parse(Match(Help, @"are repeated, (\d+) times at most by default"), CultureInfo.InvariantCulture));

    [Theory]
    [InlineData("MaximumRetryCount", RequestDefaults.MaximumRetryCount)]
    [InlineData("TimeoutSec", RequestDefaults.TimeoutSec)]
    [InlineData("TotalTimeoutSec", RequestDefaults.TotalTimeoutSec)]
    public void The_defaults_on_the_help_page_are_those_of_the_code(string parameter, int value)
    {
        string text = Match(Help, $@"### -{parameter}\n(.*?)(?:\n### |$)");
        Assert.Contains($"Default: {value}.", text, StringComparison.Ordinal);
        Assert.Contains($"DefaultValue: {value}\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Help, @"more than (\d+)\s+levels")]
    [InlineData(Help, @"BodyTooDeep \((\d+) levels\)")]
    [InlineData("docs/decisions.md", @"depth \((\d+)\)")]
    public void The_depth_of_JSON_is_that_of_the_code(string document, string words) => Assert.Equal(
        JsonText.MaximumDepth, int.Parse(Match(document, words), CultureInfo.InvariantCulture));

    private static string Match(string document, string pattern)
    {
        Match found = Regex.Match(
            File.ReadAllText(Repository.PathOf(document)).Replace("\r", string.Empty, StringComparison.Ordinal),
            pattern, RegexOptions.Singleline);
        Assert.True(found.Success, $"{document} doesn't have the words '{pattern}' any more.");
        return found.Groups[1].Value;
    }

    private static int[] StatusesIn(string words) =>
        [.. Regex.Matches(words, @"\b\d{3}\b").Select(m => int.Parse(m.Value, CultureInfo.InvariantCulture))];

    private static int[] StatusesRepeated(bool isSafeToRepeat) =>
        [.. Enumerable.Range(300, 300).Where(s => DelayAfter(s, 1, isSafeToRepeat) is not null)];

    private static int LongestWaitOf(int attempt) => (int)Math.Ceiling(
        Enumerable.Range(0, 2000).Max(_ => DelayAfter(429, attempt, isSafeToRepeat: true)!.Value.TotalSeconds));

    private static TimeSpan? DelayAfter(int status, int attempt, bool isSafeToRepeat)
    {
        using var response = new HttpResponseMessage((HttpStatusCode)status);
        var context = new RequestContext { IsSafeToRepeat = isSafeToRepeat, MaximumRetryCount = 100 };
        return RetryPolicy.DelayAfter(response, attempt, context);
    }
}
