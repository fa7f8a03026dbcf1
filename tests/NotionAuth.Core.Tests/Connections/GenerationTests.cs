using System.Text.Json.Nodes;
using NotionAuth.Core.Common;
using NotionAuth.Core.Connections;
using NotionAuth.Core.Connections.Store;
using NotionAuth.Core.Tests.Support;
using Xunit;

namespace NotionAuth.Core.Tests.Connections;

public sealed class GenerationTests
{
    private readonly StoredConnection _connection = new()
    {
        Details = new NotionConnection
        {
            Name = "Acme",
            BotId = "b3414d65-1a45-4b5f-9d6a-0d1f2e3c4b5a",
            BaseUri = Core.Http.BaseUri.Default,
            NotionVersion = Core.Api.NotionVersion.Default,
            AuthType = AuthType.Token,
        },
        AccessToken = new Secret("ntn_forTestsOnly0000000000000001"),
        Reply = TestNotion.Json("{}"),
    };

    [Theory]
    [InlineData(0, 1)]
    [InlineData(41, 42)]
    [InlineData(long.MaxValue - 1, long.MaxValue)]
    [InlineData(long.MaxValue, long.MaxValue)]
    public void The_next_generation_is_never_a_lower_one(long generation, long next) =>
        Assert.Equal(next, (_connection with { Generation = generation }).NextGeneration);

    [Theory]
    [InlineData(5, 5, false)]
    [InlineData(5, 6, false)]
    [InlineData(5, 1005, false)]
    [InlineData(5, 1006, true)]
    [InlineData(5, 4, false)]
    [InlineData(0, long.MaxValue, true)]
    [InlineData(long.MaxValue, 0, false)]
    public void A_copy_is_believed_only_so_far_ahead(long main, long copy, bool isTooFar) =>
        Assert.Equal(
            isTooFar, (_connection with { Generation = copy }).IsTooFarAheadOf(_connection with { Generation = main }));

    [Theory]
    [InlineData("-1", 0)]
    [InlineData("-9223372036854775808", 0)]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("9223372036854775808", 0)]
    [InlineData("1.5", 0)]
    public void A_generation_that_no_write_had_is_none(string stored, long expected)
    {
        JsonNode json = JsonNode.Parse(ConnectionJson.Write(_connection))!;
        json["generation"] = JsonNode.Parse(stored);
        Assert.Equal(
            expected, ConnectionJson.ReadConnection(json.ToJsonString(), _connection.Details.BotId, "Test").Generation);
    }
}
