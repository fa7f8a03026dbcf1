using System;
using NotionAuth.Core.Common;
using NotionAuth.Core.OAuth;

namespace NotionAuth.Core.SignIn;

/// <summary>What a person pastes: the address that the browser ended on.</summary>
internal static class PastedCallback
{
    /// <summary>Reads it.</summary>
    /// <param name="pasted">The text, perhaps in quotes or angle brackets.</param>
    /// <param name="request">The request that it answers.</param>
    /// <returns>Notion's answer.</returns>
    /// <exception cref="NotionAuthException">It isn't that address, or not of this sign-in. No part of it is in the
    /// message.</exception>
    public static AuthorizationResponse Parse(string pasted, AuthorizationRequest request)
    {
        string text = pasted.Trim().Trim('"', '\'', '<', '>').Trim();
        int question = text.IndexOf('?');
        string address = question < 0 ? text : text.Substring(0, question);
        string query = question < 0 ? string.Empty : text.Substring(question + 1).Split('#')[0];
        if (query.Length == 0)
            throw Invalid(request, text.Length == 0 ? "Nothing was pasted."
                : "What was pasted isn't the address that the browser ended on: it has no query.");
        if (address.EndsWith("/oauth/authorize", StringComparison.OrdinalIgnoreCase)
            || address.EndsWith("/install-integration", StringComparison.OrdinalIgnoreCase))
            throw Invalid(request, "What was pasted is the address to sign in at, not the one that the browser ended " +
                "on.");
        return AuthorizationResponse.Parse(query, request.State);
    }

    private static NotionAuthException Invalid(AuthorizationRequest request, string message) => new(
        ErrorIds.InvalidCallback, NotionErrorKind.InvalidArgument, message,
        "Run the command again and copy the whole address from the browser's address bar: " +
        $"it begins with {request.RedirectUri}?");
}
