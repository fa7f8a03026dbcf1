using System;
using System.Security.Cryptography;
using System.Text;

namespace NotionAuth.Core.Http;

/// <summary>Makes keys of secrets for what the process keeps by them, so that it need not keep the secrets.</summary>
internal static class Fingerprint
{
    private static readonly byte[] Key = NewKey();

    /// <summary>A text that tells secrets apart within this process, and says nothing of them.</summary>
    public static string Of(params string[] parts)
    {
        using var hash = new HMACSHA256(Key);
        return Convert.ToBase64String(hash.ComputeHash(Encoding.UTF8.GetBytes(string.Join("\n", parts))));
    }

    private static byte[] NewKey()
    {
        byte[] key = new byte[32];
        using var random = RandomNumberGenerator.Create();
        random.GetBytes(key);
        return key;
    }
}
