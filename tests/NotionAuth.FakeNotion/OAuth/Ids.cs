using System;
using System.Security.Cryptography;
using System.Text;

namespace NotionAuth.FakeNotion.OAuth;

/// <summary>
/// Where ids and secrets come from: seeded objects keep theirs from run to run, everything else is random.
/// </summary>
internal static class Ids
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    /// <summary>The same name gives the same id, so that documentation and benchmarks are reproducible.</summary>
    public static Guid For(string name)
    {
        Span<byte> hash = stackalloc byte[32];
        _ = SHA256.HashData(Encoding.UTF8.GetBytes(name), hash);
        hash[6] = (byte)((hash[6] & 0x0f) | 0x40);
        hash[8] = (byte)((hash[8] & 0x3f) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }

    public static string Secret(string prefix, int length)
    {
        SecretMark.Count();
        return prefix + SecretMark.Text +
            RandomNumberGenerator.GetString(Alphabet, length - (SecretMark.Text?.Length ?? 0));
    }

    /// <summary>An authorization code: an id, as Notion's are.</summary>
    public static string Code()
    {
        SecretMark.Count();
        var code = Guid.NewGuid().ToString();
        return SecretMark.Text is { } mark ? code[..^mark.Length] + mark : code;
    }

    /// <summary>Notion takes ids with and without dashes, in any case, and always answers with dashes.</summary>
    public static bool TryParse(string? text, out Guid id)
    {
        id = default;
        return text is not null && (Guid.TryParseExact(text, "D", out id) || Guid.TryParseExact(text, "N", out id));
    }
}
