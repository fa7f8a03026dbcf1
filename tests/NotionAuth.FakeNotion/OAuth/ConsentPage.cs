using System;
using System.Net;
using System.Text;
using NotionAuth.FakeNotion.Content;

namespace NotionAuth.FakeNotion.OAuth;

/// <summary>The pages that a person sees, in one file each, with nothing from elsewhere.</summary>
internal static class ConsentPage
{
    private const string Style = """
        :root { color-scheme: light dark; --ink: #1f1e1c; --dim: #6b6963; --paper: #fff; --ground: #f7f6f3;
          --line: #e4e2dd; --accent: #0b6bcb; }
        @media (prefers-color-scheme: dark) { :root { --ink: #ecebe8; --dim: #a3a19c; --paper: #252525;
          --ground: #191919; --line: #3a3a38; --accent: #529cca; } }
        * { box-sizing: border-box; }
        body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 24px;
          background: var(--ground); color: var(--ink);
          font: 15px/1.5 ui-sans-serif, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; }
        main { width: 100%; max-width: 440px; background: var(--paper); border: 1px solid var(--line);
          border-radius: 12px; padding: 28px; }
        h1 { font-size: 20px; margin: 0 0 4px; } h2 { font-size: 14px; margin: 22px 0 8px; }
        p { margin: 0 0 8px; color: var(--dim); } ul { margin: 0; padding-left: 20px; } code { overflow-wrap: anywhere;
          }
        label { display: flex; gap: 10px; align-items: center; padding: 6px 0; }
        .actions { display: flex; gap: 10px; margin-top: 24px; }
        button { flex: 1; padding: 9px 14px; border-radius: 7px; border: 1px solid var(--line);
          background: transparent; color: inherit; font: inherit; cursor: pointer; }
        button#allow { background: var(--accent); border-color: var(--accent); color: #fff; font-weight: 600; }
        button:focus-visible, input:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
        """;

    public static string Ask(Integration client, User person, string nonce)
    {
        var abilities = new StringBuilder();
        foreach (var (capability, text) in (ReadOnlySpan<(Capabilities, string)>)
        [
            (Capabilities.ReadContent, "View the pages you select"),
            (Capabilities.UpdateContent, "Edit the pages you select"),
            (Capabilities.InsertContent, "Add pages and content"),
            (Capabilities.ReadComments, "Read comments"),
            (Capabilities.InsertComments, "Add comments"),
            (Capabilities.ReadUsers, "View user information, e-mail addresses included"),
        ])
        {
            if (client.Capabilities.HasFlag(capability))
                _ = abilities.Append("<li>").Append(text).Append("</li>");
        }

        var pages = new StringBuilder();
        foreach (var page in client.Workspace.Content.TopLevel)
        {
            _ = pages.Append("<label><input type=\"checkbox\" name=\"pages\" value=\"").Append(page.IdText)
                .Append("\" checked> ").Append(Encode(page.Title)).Append("</label>");
        }

        return Page(
            $"Connect {client.Name}",
            $"""
            <h1>{Encode(client.Name)} wants access to {Encode(client.Workspace.Name)}</h1>
            <p>You are signed in to this simulated Notion as {Encode(person.Name)} ({Encode(person.Email)}).</p>
            <form method="post" action="/_consent">
            <input type="hidden" name="nonce" value="{Encode(nonce)}">
            <h2>1. What it can do</h2>
            <ul id="capabilities">{abilities}</ul>
            <h2>2. Select pages</h2>
            <div id="pages">{pages}</div>
            <div class="actions">
            <button id="deny" name="decision" value="deny">Cancel</button>
            <button id="allow" name="decision" value="allow">Allow access</button>
            </div>
            </form>
            """);
    }

    public static string Error(string title, string text) => Page(title,
        $"<h1>{Encode(title)}</h1><p>{Encode(text)}</p>");

    private static string Page(string title, string body) =>
        $"""
        <!DOCTYPE html>
        <html lang="en">
        <head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{Encode(title)}</title>
        <style>
        {Style}
        </style></head>
        <body><main>
        {body}
        </main></body>
        </html>

        """;

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
