using System;
using System.Diagnostics;

namespace NotionAuth.Core.Common;

/// <summary>
/// A token, client secret or code on its way through the program. It shows itself to nobody by accident:
/// <see cref="ToString"/>, debuggers, serializers and PowerShell see no value; only <see cref="Reveal"/> returns it.
/// </summary>
[DebuggerDisplay("[secret]")]
public sealed class Secret
{
    // A field, not a property: serializers and PowerShell's formatting read public properties.
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    private readonly string _value;

    /// <summary>Wraps a value.</summary>
    /// <param name="value">The secret's text; not empty.</param>
    /// <exception cref="ArgumentException">The value is null or empty.</exception>
    public Secret(string value)
    {
        if (string.IsNullOrEmpty(value)) throw new ArgumentException("A secret can't be empty.", nameof(value));
        _value = value;
    }

    /// <summary>Returns the value: for a request header or body, or the vault, and nothing else.</summary>
    /// <returns>The secret's text.</returns>
    public string Reveal() => _value;

    /// <summary>Tells whether two secrets hold the same value.</summary>
    /// <param name="other">The secret to compare with.</param>
    /// <returns><see langword="true"/> when both hold the same text.</returns>
    public bool Matches(Secret? other) =>
        other is not null && string.Equals(_value, other._value, StringComparison.Ordinal);

    /// <summary>Wraps a value where there is one.</summary>
    /// <param name="value">The secret's text, or null or empty for none.</param>
    /// <returns>The secret, or <see langword="null"/>.</returns>
    public static Secret? From(string? value) => string.IsNullOrEmpty(value) ? null : new Secret(value!);

    /// <summary>Returns a placeholder, never the value.</summary>
    /// <returns>The text <c>[secret]</c>.</returns>
    public override string ToString() => "[secret]";
}
