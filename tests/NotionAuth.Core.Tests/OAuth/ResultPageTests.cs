using System;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using NotionAuth.Core.SignIn.Callback;
using Xunit;

namespace NotionAuth.Core.Tests.OAuth;

public sealed class ResultPageTests
{
    private const string Markup = "<script>alert(1)</script><img src=x onerror=\"alert(1)\" style='x'>&";
    private const string Png = "data:image/png;base64,iVBORw0KGgo=";

    [Fact]
    public void Success_names_the_workspace_and_the_connection()
    {
        ResultPage page = ResultPage.Success("acme-prod", "Acme", "🚀");
        string html = Html(page);
        Assert.Equal(200, page.StatusCode);
        Assert.Contains("Connected to <bdi>Acme</bdi>", html, StringComparison.Ordinal);
        Assert.Contains("You can close this tab and go back to PowerShell.", html, StringComparison.Ordinal);
        Assert.Contains("acme-prod", html, StringComparison.Ordinal);
        Assert.Contains("&#128640;", html, StringComparison.Ordinal);
        Assert.Contains("<title>Connected to Acme", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "work", "Connected to <bdi>work</bdi>")]
    [InlineData("  ", "work", "Connected to <bdi>work</bdi>")]
    [InlineData(null, "", "Connected to Notion")]
    public void Without_a_workspace_name_the_connections_stands_in(
        string? workspace, string connection, string heading) =>
        Assert.Contains(heading, Html(ResultPage.Success(connection, workspace, null)), StringComparison.Ordinal);

    [Theory]
    [InlineData("acme", "<span class=\"letter\">A</span>")]
    [InlineData("  \"élan\"", "<span class=\"letter\">&#201;</span>")]
    [InlineData("🤖 9lives", "<span class=\"letter\">9</span>")]
    [InlineData("𝒳 space", "<span class=\"letter\">&#119987;</span>")]
    [InlineData("***", "<span class=\"letter\">N</span>")]
    public void Without_an_icon_there_is_a_letter(string workspace, string tile) =>
        Assert.Contains(tile, Html(ResultPage.Success("c", workspace, null)), StringComparison.Ordinal);

    [Fact]
    public void A_picture_is_never_shown_whatever_its_address_says()
    {
        foreach (string icon in new[]
        {
            Png, "https://evil.example/x.png", "data:image/svg+xml;base64,AAAA", "data:text/html;base64,AAAA", Png +
                "\" onerror=\"alert(1)", "data:image/png;base64,", "javascript:alert(1)",
        })
        {
            string html = Html(ResultPage.Success("c", "w", icon));
            Assert.DoesNotContain("<img", html, StringComparison.Ordinal);
            Assert.Contains("<span class=\"letter\">W</span>", html, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Foreign_text_is_never_markup()
    {
        foreach (
            ResultPage page in new[] {
                ResultPage.Success(Markup, Markup + "2", Markup), ResultPage.Failure(Markup, Markup, Markup) })
        {
            string html = Html(page);
            Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("<img", html, StringComparison.Ordinal);
            Assert.DoesNotContain("onerror=\"", html, StringComparison.Ordinal);
            Assert.DoesNotContain("style='", html, StringComparison.Ordinal);
            Assert.Contains("&lt;script&gt;", html, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Names_are_bounded_and_cant_turn_the_text_around()
    {
        string html = Html(ResultPage.Success("c", "a\u202e\r\nb" + new string('x', 100_000), null));
        Assert.DoesNotContain('\u202e', html);
        Assert.True(html.Length < 20_000);
        string family = Html(ResultPage.Success("c", "\U0001F468\u200d\U0001F469\u200d\U0001F467 family", null));
        Assert.Contains("&#128104;\u200d&#128105;\u200d&#128103;", family, StringComparison.Ordinal);
        Assert.Contains(
            "…", Html(ResultPage.Success("c", string.Concat(Enumerable.Repeat("🤖", 300)), null)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Failure_tells_what_happened_and_what_to_do_and_no_secret()
    {
        ResultPage page = ResultPage.Failure("Notion is not connected",
            "Notion refused code=abcdef123456 and ntn_0123456789abcdef.", "Run Connect-NotionWorkspace again.");
        string html = Html(page);
        Assert.Equal(400, page.StatusCode);
        Assert.Contains("<h1>Notion is not connected</h1>", html, StringComparison.Ordinal);
        Assert.Contains("What to do", html, StringComparison.Ordinal);
        Assert.Contains("Run Connect-NotionWorkspace again.", html, StringComparison.Ordinal);
        Assert.DoesNotContain("abcdef", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_page_is_whole_and_forbids_what_it_doesnt_need()
    {
        ResultPage[] pages =
        [
            ResultPage.Success("c", "w", Png), ResultPage.Failure("a", "b", "c"), ResultPage.NotFound,
            ResultPage.MethodNotAllowed, ResultPage.WrongState,
            ResultPage.Answered, ResultPage.BadRequest, ResultPage.TooLarge,
        ];
        foreach (ResultPage page in pages)
        {
            string html = Html(page);
            Assert.StartsWith("<!DOCTYPE html>\n<html lang=\"en\">", html, StringComparison.Ordinal);
            foreach (string part in new[] { "<meta charset=\"utf-8\">", "name=\"viewport\"",
                "name=\"color-scheme\" content=\"light dark\"", "prefers-color-scheme:dark", "role=\"status\"",
                "<title>", "<h1>", "<main>" })
                Assert.Contains(part, html, StringComparison.Ordinal);
            foreach (string part in new[] { "<script", " style=", "http://", "https://", "@import", "url(" })
                Assert.DoesNotContain(part, html, StringComparison.OrdinalIgnoreCase);

            // The one style block is the one that the policy names; a browser hashes what stands between the tags.
            string style = html.Split("<style>")[1].Split("</style>")[0];
            string policy = page.Headers.Single(h => h.Key == "Content-Security-Policy").Value;
            Assert.Contains("style-src " +
                $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(style)))}'", policy,
                StringComparison.Ordinal);
            Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
            Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        }
    }

    private static string Html(ResultPage page) => Encoding.UTF8.GetString(page.Utf8Html);
}
