using System;
using System.Security.Cryptography;
using System.Text;

namespace NotionAuth.Core.Common;

/// <summary>Digests of texts.</summary>
internal static class Digest
{
    /// <summary>The SHA-256 of a text in UTF-8, in base64.</summary>
    public static string Sha256(string text)
    {
#if NET8_0_OR_GREATER
        return Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
#else
        using var sha = SHA256.Create();
        return Convert.ToBase64String(sha.ComputeHash(Encoding.UTF8.GetBytes(text)));
#endif
    }
}
