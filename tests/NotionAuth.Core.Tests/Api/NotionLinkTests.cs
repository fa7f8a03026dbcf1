using System;
using NotionAuth.Core.Api;
using NotionAuth.Core.Common;
using Xunit;

namespace NotionAuth.Core.Tests.Api;

public sealed class NotionLinkTests
{
    private const string Bare = "0a1cde09aee241caa6222430befa76dc";
    private const string Id = "0a1cde09-aee2-41ca-a622-2430befa76dc";
    private const string Other = "9f8e7d6c5b4a49388271605f4e3d2c1b";
    private const string OtherId = "9f8e7d6c-5b4a-4938-8271-605f4e3d2c1b";

    [Theory]
    [InlineData("https://www.notion.so/acme/Plans-2027-" + Bare + "?pvs=4", "pages/" + Id)]
    [InlineData("https://www.notion.so/Plans-" + Bare, "pages/" + Id)]
    [InlineData("  https://notion.so/" + Bare + " ", "pages/" + Id)]
    [InlineData("https://app.notion.com/p/" + Bare, "pages/" + Id)]
    [InlineData("https://app.notion.com/p/acme/Caf%C3%A9-" + Bare + "?source=copy_link", "pages/" + Id)]
    [InlineData("https://www.notion.so/" + Id, "pages/" + Id)]
    [InlineData("HTTPS://WWW.NOTION.SO/acme/" + Bare, "pages/" + Id)]
    [InlineData("https://acme.notion.site/Plans-" + Bare, "pages/" + Id)]
    [InlineData("https://www.notion.so/acme/" + Bare + "?v=" + Other + "&pvs=4", "databases/" + Id)]
    [InlineData("https://www.notion.so/acme/" + Bare + "?v=" + Other + "&p=" + Other + "&pm=s", "pages/" + OtherId)]
    [InlineData("https://www.notion.so/acme/Plans-" + Bare + "?pvs=4#" + Other, "blocks/" + OtherId)]
    [InlineData("https://www.notion.so/acme/Plans-" + Bare + "#", "pages/" + Id)]
    public void A_link_alone_is_the_path_of_what_it_leads_to(string link, string path) =>
        Assert.Equal(path, NotionLink.ToPath(link));

    [Theory]
    [InlineData("pages/{0}?pvs=4", "pages/" + Id)]
    [InlineData("/v1/pages/{0}/properties/title", "/v1/pages/" + Id + "/properties/title")]
    [InlineData("blocks/{0}?pvs=4/children?page_size=5", "blocks/" + Id + "/children?page_size=5")]
    [InlineData("blocks/{0}#" + Other + "/children", "blocks/" + OtherId + "/children")]
    [InlineData("pages/{0}#" + Other, "pages/" + Id)]
    [InlineData("databases/{0}?v=" + Other + "/query", "databases/" + Id + "/query")]
    [InlineData("views/{0}?v=" + Other, "views/" + OtherId)]
    [InlineData("https://api.notion.com/v1/pages/{0}", "https://api.notion.com/v1/pages/" + Id)]
    public void Where_an_id_fits_a_link_is_its_id(string path, string expected) => Assert.Equal(
        expected, NotionLink.ToPath(path.Replace("{0}", "https://www.notion.so/acme/Plans-2027-" + Bare)));

    [Theory]
    [InlineData("https://www.notion.so.evil.example/Plans-" + Bare)]
    [InlineData("https://evil.example/www.notion.so/Plans-" + Bare)]
    [InlineData("https://notion.so@evil.example/Plans-" + Bare)]
    [InlineData("https://evilnotion.so/Plans-" + Bare)]
    [InlineData("https://api.notion.so/Plans-" + Bare)]
    [InlineData("http://www.notion.so/Plans-" + Bare)]
    [InlineData("https://www.notion.so/acme")]
    [InlineData("https://www.notion.so/Plans-" + Bare + "0")]
    [InlineData("https://www.notion.so/Plans-" + Bare + "/../../oauth/token")]
    [InlineData("https://evil.example/v1/pages/https://www.notion.so/Plans-" + Bare)]
    [InlineData("//evil.example/https://www.notion.so/Plans-" + Bare)]
    public void Nothing_of_a_link_changes_the_host(string path)
    {
        var error = Assert.Throws<NotionAuthException>(
            () => ApiPath.ToUri(NotionLink.ToPath(path), new Uri("https://api.notion.com")));
        Assert.Equal(ErrorIds.InvalidPath, error.ErrorId);
    }

    [Theory]
    [InlineData("page", Bare, "pages/" + Id)]
    [InlineData("data_source", Id, "data_sources/" + Id)]
    [InlineData("database", Id, "databases/" + Id)]
    [InlineData("block", Id, "blocks/" + Id)]
    [InlineData("user", Id, "users/" + Id)]
    [InlineData("comment", Id, "comments/" + Id)]
    [InlineData("file_upload", Id, "file_uploads/" + Id)]
    [InlineData("async_task", "task_abc123", "async_tasks/task_abc123")]
    [InlineData("async_task", "../oauth/token", null)]
    [InlineData("async_task", "task_1?x=1", null)]
    [InlineData("page", "task_abc123", null)]
    [InlineData("list", Id, null)]
    [InlineData("page", "../oauth/token", null)]
    [InlineData("page", null, null)]
    [InlineData(null, Id, null)]
    public void An_object_has_the_path_of_its_kind(string? kind, string? id, string? path) =>
        Assert.Equal(path, NotionLink.PathOf(kind, id));
}
