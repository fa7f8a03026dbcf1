using System;
using System.Collections;
using System.Net;
using System.Security;

namespace Microsoft.PowerShell.SecretManagement;

/// <summary>Text is handed out as a SecureString unless plain text is asked for, also in a hashtable.</summary>
internal static class SecretText
{
    public static object Show(object secret, bool asPlainText)
    {
        switch (secret)
        {
            case string text when !asPlainText: return new NetworkCredential(string.Empty, text).SecurePassword;
            case SecureString secure when asPlainText: return new NetworkCredential(string.Empty, secure).Password;
            case Hashtable table:
                var shown = new Hashtable(StringComparer.OrdinalIgnoreCase);
                foreach (DictionaryEntry entry in table)
                    shown[entry.Key] = entry.Value is null ? null : Show(entry.Value, asPlainText);
                return shown;
            default: return secret;
        }
    }
}
