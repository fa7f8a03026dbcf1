using System;
using System.Linq;
using System.Net.Http;
using NotionAuth.Core.Api;
using Xunit;

namespace NotionAuth.Core.Tests.Api;

public sealed class NotionEndpointTests
{
    [Theory]
    [InlineData("users/me", "users/me")]
    [InlineData("users/x", "users/{user_id}")]
    [InlineData("/v1/users/me/?a=b/c", "users/me")]
    [InlineData("v1/search", "search")]
    [InlineData("https://api.notion.com/v1/blocks/x/children?y=1", "blocks/{block_id}/children")]
    [InlineData("blocks/meeting_notes/query", "blocks/meeting_notes/query")]
    [InlineData("views/a/queries/b", "views/{view_id}/queries/{query_id}")]
    [InlineData("https://api.notion.com", null)]
    [InlineData("users/x/y", null)]
    [InlineData("blocks//children", null)]
    [InlineData("", null)]
    public void A_path_is_found_by_its_segments(string path, string? endpoint) =>
        Assert.Equal(endpoint, NotionEndpoint.Find(path)?.Path);

    [Theory]
    [InlineData("us", null, "users,users/me,users/{user_id}")]
    [InlineData("users/", null, "users/me,users/{user_id}")]
    [InlineData("users/m", null, "users/me")]
    [InlineData("users/me", null, "")]
    [InlineData("pages/0a1c/", null, "pages/0a1c/move,pages/0a1c/markdown,pages/0a1c/properties/{property_id}")]
    [InlineData("pages/0a1c", "POST", "pages/0a1c/move")]
    [InlineData("/v1/blocks/$id/ch", null, "/v1/blocks/$id/children")]
    [InlineData("/sea", "post", "/search")]
    [InlineData("search", "GET", "")]
    [InlineData("nonsense/", null, "")]
    public void A_path_that_was_begun_is_completed(string typed, string? method, string completions) =>
        Assert.Equal(completions, string.Join(",", NotionEndpoint.Complete(typed, method).Select(c => c.Path)));

    [Theory]
    [InlineData("GET", "users", true)]
    [InlineData("GET", "unknown/x", true)]
    [InlineData("POST", "search", true)]
    [InlineData("POST", "/v1/search?x=y", true)]
    [InlineData("POST", "https://api.notion.com/v1/data_sources/x/query", true)]
    [InlineData("POST", "databases/x/query", true)]
    [InlineData("POST", "blocks/meeting_notes/query", true)]
    [InlineData("POST", "views/x/queries", false)]
    [InlineData("POST", "unknown/x/query", false)]
    [InlineData("POST", "unknown/search", false)]
    [InlineData("POST", "pages/x/query", false)]
    [InlineData("POST", "data_sources//query", false)]
    [InlineData("POST", "pages", false)]
    [InlineData("PATCH", "search", false)]
    [InlineData("DELETE", "users/x", false)]
    public void Only_what_is_known_to_read_counts_as_reading(string method, string path, bool reads) =>
        Assert.Equal(reads, new NotionRequest { Path = path, Method = new HttpMethod(method) }.IsReadOnly);

    [Theory]
    [InlineData("search", "POST")]
    [InlineData("/v1/search?x=y", "POST")]
    [InlineData("data_sources/x/query", "POST")]
    [InlineData("databases/x/query", "POST")]
    [InlineData("blocks/meeting_notes/query", "POST")]
    [InlineData("file_uploads/x/complete", "POST")]
    [InlineData("users", "GET")]
    [InlineData("pages/x", "GET")]
    [InlineData("blocks/x/children", "GET")]
    [InlineData("comments", "GET")]
    [InlineData("agents", "GET")]
    [InlineData("unknown/x/query", "GET")]
    public void Where_an_endpoint_has_one_method_alone_it_is_the_default(string path, string method) =>
        Assert.Equal(method, NotionEndpoint.DefaultMethod(path));

    [Fact]
    public void The_methods_of_an_endpoint_stand_in_order_reading_first_and_DELETE_last()
    {
        string[] order = ["GET", "POST", "PATCH", "PUT", "DELETE"];
        Assert.All(NotionEndpoint.All, e => Assert.Equal(e.Methods.OrderBy(m => Array.IndexOf(order, m)), e.Methods));
    }

    [Theory]
    [InlineData("agents/q", "agents/query")]
    [InlineData("agents/b", "agents/batch")]
    [InlineData("agents/x/c", "agents/x/credit_limit,agents/x/chat")]
    [InlineData("agents/x/i", "agents/x/insights")]
    [InlineData("agents/x/s", "agents/x/status")]
    [InlineData("agents/x/t", "agents/x/threads")]
    [InlineData("sessions/q", "sessions/query")]
    [InlineData("sessions/x/", "sessions/x/cancel,sessions/x/events/query")]
    [InlineData("threads/x/", "threads/x/messages")]
    public void Agents_sessions_and_threads_are_completed_and_count_as_writing(string typed, string completions)
    {
        string[] paths = [.. NotionEndpoint.Complete(typed, null).Select(c => c.Path)
            .Where(p => !p.Contains('{', StringComparison.Ordinal))];

        // An id may begin with anything, so that what stands below one follows.
        Assert.Equal(completions.Split(','), paths.Take(completions.Split(',').Length));
        Assert.All(paths, p => Assert.Null(NotionEndpoint.Find(p, HttpMethod.Post)));
    }

    [Fact]
    public void Nothing_typed_gives_every_endpoint_and_each_is_there_once()
    {
        Assert.Equal(NotionEndpoint.All, NotionEndpoint.Complete(string.Empty, null).Select(c => c.Endpoint));
        Assert.Equal(
            NotionEndpoint.All.Count, NotionEndpoint.All.Select(e => e.Path).Distinct(StringComparer.Ordinal).Count());
        Assert.All(NotionEndpoint.All, e => Assert.Subset(e.Methods.ToHashSet(), e.Lists.ToHashSet()));
        Assert.All(NotionEndpoint.All, e => Assert.Equal(e, NotionEndpoint.Find(e.Path)));
    }
}
