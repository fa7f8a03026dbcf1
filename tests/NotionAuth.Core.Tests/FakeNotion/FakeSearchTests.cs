using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using Xunit;

namespace NotionAuth.Core.Tests.Fake;

/// <summary>Notion's index is late, has gaps, and changes while it is read; each of that is a setting.</summary>
public sealed class FakeSearchTests
{
    [Fact]
    public async Task What_is_new_is_found_later()
    {
        var time = new ManualTime();
        await using var fake = await FakeClient.StartAsync(FakeClient.At(time));
        time.Advance(TimeSpan.FromMinutes(5));
        fake.State.Behavior.SearchDelay = TimeSpan.FromSeconds(30);
        var before = await IdsAsync(fake);
        var id = (string)(await fake.ApiAsync(
            "POST", "v1/pages", $$"""{"parent":{"page_id":"{{fake.Sample.PageId}}"},"properties":{} }""")).Ok()["id"]!;
        Assert.Equal(before, await IdsAsync(fake));
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.Contains(id, await IdsAsync(fake));
    }

    [Fact]
    public async Task Right_after_a_sign_in_a_page_is_missing()
    {
        var time = new ManualTime();
        await using var fake = await FakeClient.StartAsync(FakeClient.At(time));
        time.Advance(TimeSpan.FromMinutes(5));
        var token = (string)(await fake.SignInAsync())["access_token"]!;
        var all = await IdsAsync(fake, token);
        fake.State.Behavior.SearchDelay = TimeSpan.FromSeconds(30);
        Assert.Equal(all.Count - 1, (await IdsAsync(fake, token)).Count);
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(all, await IdsAsync(fake, token));
    }

    [Fact]
    public async Task Some_things_are_never_found()
    {
        await using var fake = await FakeClient.StartAsync();
        var all = await IdsAsync(fake);
        fake.State.Behavior.SearchLeavesOut = 10;
        Assert.Equal(all.Count - (all.Count / 10), (await IdsAsync(fake)).Count);
    }

    [Fact]
    public async Task The_order_changes_between_two_pages()
    {
        await using var fake = await FakeClient.StartAsync();
        var all = await IdsAsync(fake);
        fake.State.Behavior.SearchChangesWhilePaged = true;
        var found = await IdsAsync(fake);
        Assert.True(found.Distinct().Count() < found.Count, "Nothing came twice.");
        Assert.NotEmpty(all.Except(found));
    }

    private static async Task<List<string>> IdsAsync(FakeClient fake, string? token = null)
    {
        var ids = new List<string>();
        string? cursor = null;
        do
        {
            var body = cursor is null ? "{}" : $$"""{"start_cursor":"{{cursor}}"}""";
            var page = (await fake.SendAsync("POST", "v1/search", body, token ?? fake.InternalToken)).Ok();
            ids.AddRange(page["results"]!.AsArray().Select(r => (string)r!["id"]!));
            cursor = (string?)page["next_cursor"];
        }
        while (cursor is not null);
        return ids;
    }
}
