using System;
using System.Collections.Generic;
using System.Security.Cryptography;
using System.Threading;

namespace NotionAuth.FakeNotion.OAuth;

/// <summary>A question that was put to a person.</summary>
internal sealed record Consent(Integration Client, string RedirectUri, string? RawState, DateTimeOffset AskedAt);

/// <summary>
/// Consent pages that wait for an answer. The nonce in the form stands for the question, and works once.
/// </summary>
internal sealed class Consents
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(30);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Consent> _open = new(StringComparer.Ordinal);

    public string Ask(Consent consent)
    {
        var nonce = RandomNumberGenerator.GetHexString(32, lowercase: true);
        lock (_lock)
            _open.Add(nonce, consent);
        return nonce;
    }

    public Consent? Take(string nonce, DateTimeOffset now)
    {
        lock (_lock)
            return _open.Remove(nonce, out var consent) && now < consent.AskedAt + Lifetime ? consent : null;
    }

    public void Clear()
    {
        lock (_lock)
            _open.Clear();
    }
}
