using System;
using System.Globalization;
using System.IO;
using System.Security.Cryptography;
using System.Text;
using System.Threading;

namespace NotionAuth.FakeNotion.OAuth;

/// <summary>
/// A mark that every secret made up in one run of the tests has in it, so that afterwards one text finds each of them
/// in whatever the run wrote. The environment variable NOTIONAUTH_TEST_RUN names the run, and the mark is made of its
/// hash: a dump of an environment has no mark in it. In the folder NOTIONAUTH_TEST_COUNTS each process leaves a file
/// with a byte for each of its secrets.
/// </summary>
public static class SecretMark
{
    private static readonly Lock Counting = new();
    private static readonly FileStream? Counter = OpenCounter();

    /// <summary>Twelve hexadecimal digits; null where no run is named.</summary>
    public static string? Text { get; } = Of(Environment.GetEnvironmentVariable("NOTIONAUTH_TEST_RUN"));

    internal static string? Of(string? run) =>
        string.IsNullOrEmpty(run) ? null : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(run)))[..12];

    /// <summary>Counts a secret.</summary>
    internal static void Count()
    {
        if (Counter is null)
            return;
        lock (Counting)
        {
            Counter.WriteByte((byte)'.');
            Counter.Flush();
        }
    }

    private static FileStream? OpenCounter()
    {
        var folder = Environment.GetEnvironmentVariable("NOTIONAUTH_TEST_COUNTS");
        if (string.IsNullOrEmpty(folder) || !Directory.Exists(folder))
            return null;
        var name = string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}-{Guid.NewGuid():N}");
        return new FileStream(
            Path.Combine(folder, name), FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite, bufferSize: 1);
    }
}
