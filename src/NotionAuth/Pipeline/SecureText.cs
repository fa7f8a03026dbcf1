using System.Net;
using System.Security;
using NotionAuth.Core.Common;

namespace NotionAuth.Pipeline;

/// <summary>Between PowerShell's SecureString and Core's <see cref="Secret"/>.</summary>
internal static class SecureText
{
    public static string Reveal(SecureString text) => new NetworkCredential(string.Empty, text).Password;

    public static Secret? ToSecret(SecureString? text) => text is null ? null : Secret.From(Reveal(text));

    public static SecureString ToSecureString(string text)
    {
        var secure = new SecureString();
        foreach (char c in text) secure.AppendChar(c);
        secure.MakeReadOnly();
        return secure;
    }
}
