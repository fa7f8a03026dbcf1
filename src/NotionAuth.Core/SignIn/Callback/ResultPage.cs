using System;
using System.Collections.Generic;
using System.Globalization;
using System.Net;
using System.Text;
using NotionAuth.Core.Common;

namespace NotionAuth.Core.SignIn.Callback;

/// <summary>
/// The page the browser ends on. It is complete in itself: no script, nothing from elsewhere, every text encoded for
/// HTML; it must be sent with <see cref="Headers"/>, which forbid it all the rest (RFC 9700 section 4.2.4).
/// </summary>
internal sealed class ResultPage
{
    private const int MaximumNameLength = 200;

    private const string Style = """
        :root{color-scheme:light dark;--page:#f7f6f3;--card:#fff;--line:#e6e4df;--text:#2b2a27;--soft:#65625b;
          --tile:#f1efea;--well:#f7f6f3;--good:#2b7a4b;--bad:#b3432f;--badbg:#fbeeea;
          --shadow:0 1px 2px rgba(25,23,17,.05),0 12px 32px -8px rgba(25,23,17,.12)}
        @media (prefers-color-scheme:dark){:root{--page:#191918;--card:#232322;--line:#373634;--text:#f1f0ed;
          --soft:#aba8a1;--tile:#31302e;--well:#2a2a28;--good:#3c9a63;--bad:#f0917d;--badbg:#3f2a25;
          --shadow:0 1px 2px rgba(0,0,0,.3),0 16px 40px -8px rgba(0,0,0,.5)}}
        *{box-sizing:border-box}
        html{font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Noto Sans",Arial,sans-serif;
          -webkit-text-size-adjust:100%}
        body{margin:0;min-height:100vh;min-height:100dvh;display:flex;flex-direction:column;align-items:center;
          justify-content:center;gap:1.5rem;padding:2rem 1rem;background:var(--page);color:var(--text)}
        main{width:100%;max-width:28rem;padding:2.75rem 2.25rem 2.25rem;background:var(--card);
          border:1px solid var(--line);border-radius:1.125rem;box-shadow:var(--shadow);text-align:center;
          overflow-wrap:anywhere}
        .tile{position:relative;width:4.5rem;height:4.5rem;margin:0 auto 1.5rem;border-radius:1.125rem;
          background:var(--tile);display:flex;align-items:center;justify-content:center;font-size:2.5rem;line-height:1;
          font-weight:600}
        .tile .letter{font-size:2rem;color:var(--soft)}
        .tile svg{position:absolute;right:-.5rem;bottom:-.5rem;width:1.75rem;height:1.75rem;border-radius:50%;
          border:3px solid var(--card);background:var(--good)}
        .tile.bad{background:var(--badbg);color:var(--bad);font-size:2.25rem;font-weight:700}
        h1{margin:0 0 .625rem;font-size:1.5rem;line-height:1.25;font-weight:650;letter-spacing:-.012em;
          text-wrap:balance}
        p{margin:0;color:var(--soft);text-wrap:pretty}
        .next{margin-top:1.5rem;padding:.875rem 1rem;border-radius:.75rem;background:var(--well);
          border:1px solid var(--line);font-size:.9375rem;text-align:left}
        .next b{display:block;color:var(--text);font-weight:600}
        .next p+p{margin-top:.75rem}
        .name{margin-top:1.5rem;padding-top:1.25rem;border-top:1px solid var(--line);font-size:.875rem}
        code{font:.9375em/1.4 ui-monospace,"Cascadia Code","SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;
          color:var(--text)}
        footer{font-size:.8125rem;color:var(--soft)}
        @media (max-width:26rem){main{padding:2.25rem 1.375rem 1.75rem}}
        """;

    // The parser of HTML turns CR LF into LF before the browser hashes the block, whatever line ends this source was
    // checked out with.
    private static readonly string StyleText = Style.Replace("\r\n", "\n");

    private static readonly KeyValuePair<string, string>[] CommonHeaders =
    [
        new("Content-Type", "text/html; charset=utf-8"),
        new("Cache-Control", "no-store"),
        new("Content-Security-Policy",
            $"default-src 'none'; style-src 'sha256-{Digest.Sha256(StyleText)}'; img-src data:; base-uri 'none'; " +
            "form-action 'none'; frame-ancestors 'none'"),
        new("Cross-Origin-Opener-Policy", "same-origin"),
        new("Cross-Origin-Resource-Policy", "same-origin"),
        new("Referrer-Policy", "no-referrer"),
        new("X-Content-Type-Options", "nosniff"),
        new("X-Frame-Options", "DENY"),
    ];

    // What callers that aren't the callback get. None of it depends on the request, so there is nothing to reflect.
    internal static ResultPage BadRequest { get; } = Refusal(400, "That isn’t a request",
        "What arrived isn’t an HTTP request that this address takes.");

    internal static ResultPage NotFound { get; } = Refusal(404, "There is nothing here",
        "This address only waits for Notion’s answer to a sign-in that was started in PowerShell.");

    internal static ResultPage MethodNotAllowed { get; } = Refusal(405, "This method isn’t allowed here",
        "Notion’s answer to a sign-in comes as a GET request.");

    internal static ResultPage Answered { get; } = Refusal(410, "This sign-in was answered already",
        "Notion’s answer has arrived before, and it counts once only.");

    internal static ResultPage TooLarge { get; } = Refusal(431, "That is too much",
        "The request is larger than any answer of Notion’s.");

    internal static ResultPage WrongState { get; } = Refusal(400, "This isn’t the sign-in that is waiting",
        "The address doesn’t carry the mark that PowerShell gave to its sign-in, so nothing was done with it.");

    private ResultPage(int statusCode, string html)
    {
        StatusCode = statusCode;
        Utf8Html = Encoding.UTF8.GetBytes(html);
        Headers = statusCode == 405 ? [.. CommonHeaders, new("Allow", "GET")] : CommonHeaders;
    }

    /// <summary>The HTTP status to send it with: 200, or 4xx for a failure.</summary>
    public int StatusCode { get; }

    /// <summary>The headers it must be sent with; Content-Length and <c>Connection: close</c> come on top.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; }

    /// <summary>The document, in UTF-8.</summary>
#pragma warning disable CA1819 // Bytes for a socket; a copy at each read serves nobody.
    public byte[] Utf8Html { get; }
#pragma warning restore CA1819

    /// <summary>
    /// The page for a sign-in that has succeeded: shown after the code has been exchanged, never before.
    /// </summary>
    /// <param name="connectionName">What the connection is called in PowerShell.</param>
    /// <param name="workspaceName">The workspace's name, where Notion gives one.</param>
    /// <param name="icon">Notion's <c>workspace_icon</c>: an emoji is shown; for a picture's address, or none, the
    /// first letter of the name stands there.</param>
    /// <returns>The page.</returns>
    public static ResultPage Success(string connectionName, string? workspaceName, string? icon)
    {
        string connection = Name(connectionName);
        string workspace = string.IsNullOrWhiteSpace(workspaceName) ? connection : Name(workspaceName!);
        string heading = workspace.Length == 0 ? "Connected to Notion" : $"Connected to <bdi>{Encode(workspace)}</bdi>";

        var body = new StringBuilder();
        body.Append("<div class=\"tile\" aria-hidden=\"true\">").Append(Tile(icon, workspace));
        body.Append("<svg viewBox=\"0 0 24 24\" fill=\"none\" stroke=\"#fff\" stroke-width=\"3\" " +
            "stroke-linecap=\"round\" stroke-linejoin=\"round\"><path d=\"M6.5 12.5l3.6 3.6 7.4-7.7\"/></svg></div>");
        body.Append("<div role=\"status\"><h1>").Append(heading).Append("</h1>");
        body.Append("<p>You can close this tab and go back to PowerShell.</p></div>");
        if (connection.Length > 0 && connection != workspace)
            body.Append("<p class=\"name\">In PowerShell this connection is called <code><bdi>")
                .Append(Encode(connection)).Append("</bdi></code></p>");

        return new ResultPage(
            200, Document(
                workspace.Length == 0 ? "Connected to Notion" : $"Connected to {workspace}", body.ToString()));
    }

    /// <summary>The page for a sign-in that was refused or has failed.</summary>
    /// <param name="title">The heading: what it is, in a few words.</param>
    /// <param name="whatHappened">What happened. Foreign text may be in it; it is redacted and encoded here.</param>
    /// <param name="whatToDo">The next step.</param>
    /// <returns>The page.</returns>
    public static ResultPage Failure(string title, string whatHappened, string whatToDo) =>
        Failure(400, title, whatHappened, whatToDo);

    private static ResultPage Failure(int statusCode, string title, string whatHappened, string whatToDo)
    {
        string heading = Redaction.Scrub(title);
        string next = Redaction.Scrub(whatToDo);
        var body = new StringBuilder();
        body.Append("<div class=\"tile bad\" aria-hidden=\"true\">!</div>");
        body.Append("<div role=\"status\"><h1>").Append(Encode(heading)).Append("</h1>");
        body.Append("<p>").Append(Encode(Redaction.Scrub(whatHappened))).Append("</p></div>");
        if (next.Length > 0)
            body.Append("<div class=\"next\"><b>What to do</b><p>").Append(Encode(next)).Append("</p></div>");
        return new ResultPage(statusCode, Document(heading, body.ToString()));
    }

    private static ResultPage Refusal(int statusCode, string title, string whatHappened) => Failure(
        statusCode, title, whatHappened,
        "If you are signing in, go back to the tab that PowerShell opened and finish there, " +
        "or run Connect-NotionWorkspace again. Otherwise close this tab.");

    private static string Document(string title, string body) =>
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" " +
        "content=\"width=device-width, initial-scale=1\">\n"
        + "<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"robots\" content=\"noindex\">\n<link " +
            "rel=\"icon\" href=\"data:,\">\n"
        + $"<title>{Encode(title)} · " +
            $"NotionAuth</title>\n<style>{StyleText}</style>\n</head>\n<body>\n<main>{body}</main>\n<footer>" +
            $"NotionAuth for PowerShell</footer>\n</body>\n</html>\n";

    private static string Tile(string? icon, string workspace)
    {
        if (WorkspaceIcon.IsEmoji(icon)) return $"<span>{Encode(icon!)}</span>";

        // The first character that is a letter or a digit, pairs of surrogates kept whole.
        TextElementEnumerator elements = StringInfo.GetTextElementEnumerator(workspace);
        while (elements.MoveNext())
        {
            string element = elements.GetTextElement();
            if (char.IsLetterOrDigit(element, 0))
                return $"<span class=\"letter\">{Encode(element.ToUpperInvariant())}</span>";
        }

        return "<span class=\"letter\">N</span>";
    }

    // Names keep their joiners (family emoji, Persian), but neither line ends nor the overrides that turn the text
    // around, nor endless length.
    private static string Name(string name)
    {
        var kept = new StringBuilder(Math.Min(name.Length, MaximumNameLength + 1));
        foreach (char c in name.Trim())
        {
            if (kept.Length >= MaximumNameLength)
            {
                if (char.IsHighSurrogate(kept[kept.Length - 1])) kept.Length--;
                kept.Append('…');
                break;
            }

            bool joiner = c is '\u200c' or '\u200d';
            bool hidden = char.IsControl(c)
                || (CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.Format && !joiner);
            kept.Append(hidden ? ' ' : c);
        }

        return kept.ToString();
    }

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
