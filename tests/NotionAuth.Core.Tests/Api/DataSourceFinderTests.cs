using System;
using System.Linq;
using System.Net.Http;
using System.Text;
using System.Threading.Tasks;
using NotionAuth.Core.Api;
using NotionAuth.Core.Common;
using NotionAuth.Core.Tests.Support;
using NotionAuth.FakeNotion.Content;
using Xunit;

namespace NotionAuth.Core.Tests.Api;

public sealed class DataSourceFinderTests
{
    private static readonly SeedOptions Seed = new() { Rows = 3 };

    [Fact]
    public async Task A_databases_query_goes_to_its_one_data_source_and_asks_for_the_database_once()
    {
        await using TestNotion notion = await TestNotion.StartAsync(seed: Seed);
        Sample sample = notion.Fake.DefaultWorkspace.Sample;
        for (int i = 0; i < 2; i++)
        {
            NotionReply reply = await FirstAsync(notion, Query(sample.DatabaseId, "?filter_properties=title"));
            using var body = reply.ParseJson();
            Assert.Equal(3, body.RootElement.GetProperty("results").GetArrayLength());
        }

        Assert.Equal(
            [$"GET /v1/databases/{sample.DatabaseId}", $"POST /v1/data_sources/{sample.DataSourceId}/query",
                $"POST /v1/data_sources/{sample.DataSourceId}/query"],
            notion.Fake.Requests.Select(r => $"{r.Method} {r.Path}"));
        Assert.Equal("?filter_properties=title", notion.Fake.Requests[^1].Query);
    }

    [Fact]
    public async Task An_old_version_goes_where_it_always_went()
    {
        await using TestNotion notion = await TestNotion.StartAsync(seed: Seed);
        Sample sample = notion.Fake.DefaultWorkspace.Sample;
        await FirstAsync(notion, Query(sample.DatabaseId) with { NotionVersion = "2022-06-28" });
        Assert.Equal($"/v1/databases/{sample.DatabaseId}/query", Assert.Single(notion.Fake.Requests).Path);
    }

    [Fact]
    public async Task Several_data_sources_are_named_with_their_ids()
    {
        await using TestNotion notion = await TestNotion.StartAsync(seed: Seed);
        Sample sample = notion.Fake.DefaultWorkspace.Sample;
        string other = await AddSourceAsync(notion, sample);
        var error = await Assert.ThrowsAsync<NotionAuthException>(
            () => FirstAsync(notion, Query(sample.DatabaseId)));
        Assert.Equal(ErrorIds.SeveralDataSources, error.ErrorId);
        Assert.Contains($"({sample.DataSourceId})", error.Message);
        Assert.Contains($"'Second' ({other})", error.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/query")]
    public async Task A_databases_id_in_place_of_a_data_sources_is_an_error_that_names_the_right_ones(string rest)
    {
        await using TestNotion notion = await TestNotion.StartAsync(seed: Seed);
        Sample sample = notion.Fake.DefaultWorkspace.Sample;
        string other = await AddSourceAsync(notion, sample);
        var request = new NotionRequest
        {
            Path = $"data_sources/{sample.DatabaseId}{rest}",
            Method = rest.Length == 0 ? HttpMethod.Get : HttpMethod.Post,
        };
        var error = await Assert.ThrowsAsync<NotionApiException>(() => FirstAsync(notion, request));
        Assert.Equal("ObjectNotFound", error.ErrorId);
        Assert.Contains($"{sample.DatabaseId} is the id of a database", error.Message);
        Assert.Contains($"'Second' ({other})", error.Message);
    }

    [Fact]
    public async Task A_data_source_that_nobody_knows_stays_the_error_that_it_is()
    {
        await using TestNotion notion = await TestNotion.StartAsync(seed: Seed);
        var error = await Assert.ThrowsAsync<NotionApiException>(
            () => FirstAsync(notion, new NotionRequest { Path = $"data_sources/{Guid.Empty}" }));
        Assert.DoesNotContain("database, not", error.Message);
    }

    [Fact]
    public async Task A_path_on_another_host_is_refused_before_the_database_is_asked_for()
    {
        await using TestNotion notion = await TestNotion.StartAsync(seed: Seed);
        var error = await Assert.ThrowsAsync<NotionAuthException>(() => FirstAsync(
            notion, new NotionRequest
            {
                Path = $"https://evil.example/v1/databases/{Guid.NewGuid()}/query",
                Method = HttpMethod.Post,
            }));
        Assert.Equal(ErrorIds.InvalidPath, error.ErrorId);
        Assert.Empty(notion.Fake.Requests);
    }

    private static NotionRequest Query(Guid database, string query = "") =>
        new() { Path = $"databases/{database}/query{query}", Method = HttpMethod.Post };

    private static async Task<NotionReply> FirstAsync(TestNotion notion, NotionRequest request)
    {
        await foreach (ReplyPiece piece in RequestSender.RunAsync(
            notion.Client(), request, new RequestOptions(), Task.CompletedTask, default)) return piece.Response;
        throw new InvalidOperationException("Nothing came.");
    }

    private static async Task<string> AddSourceAsync(TestNotion notion, Sample sample)
    {
        string body = $"{{\"parent\":{{\"type\":\"database_id\",\"database_id\":\"{sample.DatabaseId}\"}},"
            + "\"title\":[{\"text\":{\"content\":\"Second\"}}],\"properties\":{\"Name\":{\"title\":{}}}}";
        NotionReply made = await notion.Client().SendAsync(
            new NotionRequest
            {
                Path = "data_sources",
                Method = HttpMethod.Post,
                Body = Encoding.UTF8.GetBytes(body),
            },
            default);
        using var json = made.ParseJson();
        return json.RootElement.GetProperty("id").GetString()!;
    }
}
