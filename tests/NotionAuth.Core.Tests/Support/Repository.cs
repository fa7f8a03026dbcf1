using System;
using System.IO;

namespace NotionAuth.Core.Tests.Support;

/// <summary>Where the sources are.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "NotionAuth.sln"))) return folder.FullName;
        throw new InvalidOperationException($"NotionAuth.sln is in no folder above {AppContext.BaseDirectory}.");
    }
}
