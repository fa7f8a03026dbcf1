using System;
using System.Collections.Generic;
using System.Globalization;
using NotionAuth.FakeNotion.Content;

namespace NotionAuth.FakeNotion.Hosting;

/// <summary>The command line.</summary>
internal sealed record ProgramOptions
{
    public const string Usage = """
        Usage: dotnet NotionAuth.FakeNotion.dll [switches]
          --port N                 listen on this port; 0, the default, lets the kernel choose
          --ready-file PATH        write the ready line there too, whole or not at all
          --auto-approve           no consent page: every authorization is allowed at once
          --no-rate-limit          no limit of 180 requests in 60 s
          --latency-ms N           wait before each answer
          --client-id ID           of the public integration
          --client-secret-env NAME the environment variable that holds its secret
          --redirect-uri URI       registered with it; may be given several times;
                                   default http://localhost:8914/callback
          --rows N, --row-bytes N  rows of the seeded data source, and the size of each
          --parent-pid N           end when that process has ended
          --exit-with-stdin        end when standard input is closed
        """;

    public FakeNotionOptions Fake { get; private init; } = new();

    public string? ReadyFile { get; private init; }

    public int? ParentPid { get; private init; }

    public bool ExitWithStdin { get; private init; }

    /// <exception cref="ArgumentException">With a message for the person who typed it.</exception>
    public static ProgramOptions Parse(IReadOnlyList<string> args)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var flags = new HashSet<string>(StringComparer.Ordinal);
        var redirectUris = new List<string>();
        for (var i = 0; i < args.Count; i++)
        {
            var name = args[i];
            if (name is "--auto-approve" or "--no-rate-limit" or "--exit-with-stdin")
            {
                _ = flags.Add(name);
                continue;
            }

            if (name
                is not ("--port" or "--ready-file" or "--latency-ms" or "--client-id" or "--client-secret-env"
                    or "--redirect-uri"
                or "--rows" or "--row-bytes" or "--parent-pid"))
            {
                throw new ArgumentException($"Unknown switch: {name}");
            }

            if (++i == args.Count)
                throw new ArgumentException($"{name} needs a value.");
            if (name == "--redirect-uri")
                redirectUris.Add(args[i]);
            else
                values[name] = args[i];
        }

        int? Number(string name)
        {
            if (!values.TryGetValue(name, out var text))
                return null;
            return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? number
                : throw new ArgumentException($"{name} needs a number and not {text}.");
        }

        var defaults = new FakeNotionOptions();
        return new ProgramOptions
        {
            Fake = new FakeNotionOptions
            {
                Port = Number("--port") ?? 0,
                ClientId = values.GetValueOrDefault("--client-id") ?? defaults.ClientId,
                ClientSecret = Secret(values.GetValueOrDefault("--client-secret-env")) ?? defaults.ClientSecret,
                RedirectUris = redirectUris.Count > 0 ? redirectUris : defaults.RedirectUris,
                RateLimit = new RateLimit { Enabled = !flags.Contains("--no-rate-limit") },
                Behavior = new Behavior
                {
                    AutoApprove = flags.Contains("--auto-approve") ? AutoApprove.Allow : AutoApprove.Off,
                    Latency = TimeSpan.FromMilliseconds(Number("--latency-ms") ?? 0),
                },
                Seed = new SeedOptions
                {
                    Rows = Number("--rows") ?? defaults.Seed!.Rows,
                    RowBytes = Number("--row-bytes") ?? 0,
                },
            },
            ReadyFile = values.GetValueOrDefault("--ready-file"),
            ParentPid = Number("--parent-pid"),
            ExitWithStdin = flags.Contains("--exit-with-stdin"),
        };
    }

    private static string? Secret(string? variable)
    {
        if (variable is null)
            return null;
        return Environment.GetEnvironmentVariable(variable) is { Length: > 0 } secret
            ? secret
            : throw new ArgumentException($"The environment variable {variable} is not set.");
    }
}
