using System;
using System.Collections.Generic;
using System.Globalization;

namespace NotionAuth.Sample;

/// <summary>The command line.</summary>
internal sealed record SampleOptions
{
    public const string Usage = """
        Signs in to Notion, shows the connection, tests its token, reads pages, and revokes the token again.

        Usage: NotionAuth.Sample [switches]
          --base-uri URI   where Notion is; default https://api.notion.com
          --no-browser     print the address to sign in at, and open no browser
          --wait SECONDS   wait before a last request: long enough, and the token has expired and is refreshed

        NOTION_CLIENT_ID and NOTION_CLIENT_SECRET name the integration; NOTION_REDIRECT_URI its redirect URI, if it
        isn't http://localhost:8914/callback.
        """;

    public Uri BaseUri { get; private init; } = Core.Http.BaseUri.Default;

    public bool OpensBrowser { get; private init; } = true;

    public TimeSpan Wait { get; private init; }

    /// <exception cref="ArgumentException">With a message for the person who typed it.</exception>
    public static SampleOptions Parse(IReadOnlyList<string> args)
    {
        var options = new SampleOptions();
        for (var i = 0; i < args.Count; i++)
        {
            string Value() => ++i < args.Count ? args[i] : throw new ArgumentException($"{args[i - 1]} needs a value.");
            options = args[i] switch
            {
                "--no-browser" => options with { OpensBrowser = false },
                "--base-uri" => options with { BaseUri = Origin(Value()) },
                "--wait" => options with { Wait = Seconds(Value()) },
                _ => throw new ArgumentException($"Unknown switch: {args[i]}"),
            };
        }

        return options;
    }

    // Check lets http through to this machine only: tokens go nowhere else unencrypted.
    private static Uri Origin(string text) => Uri.TryCreate(text, UriKind.Absolute, out var uri)
        ? Core.Http.BaseUri.Check(uri)
        : throw new ArgumentException($"{text} is no address.");

    private static TimeSpan Seconds(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
        ? TimeSpan.FromSeconds(seconds)
        : throw new ArgumentException($"--wait needs a number of seconds and not {text}.");
}
