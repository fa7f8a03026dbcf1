using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using NotionAuth.Core.Common;

namespace NotionAuth.Core.OAuth;

/// <summary>
/// What the browser brought back to the redirect URI, with a <c>state</c> that has been checked (RFC 6749 section
/// 4.1.2): either a code, or an error.
/// </summary>
internal sealed class AuthorizationResponse
{
    private AuthorizationResponse(Secret? code, string? error, string? errorDescription)
    {
        Code = code;
        Error = error;
        ErrorDescription = errorDescription;
    }

    /// <summary>The authorization code; null when <see cref="Error"/> is set.</summary>
    public Secret? Code { get; }

    /// <summary>RFC 6749's error code (<c>access_denied</c>, …); null when <see cref="Code"/> is set.</summary>
    public string? Error { get; }

    /// <summary>What the server says of the error: foreign text, redacted but not encoded for HTML.</summary>
    public string? ErrorDescription { get; }

    /// <summary>
    /// Reads a callback's query. The state is checked first and in constant time; nothing else of a query with a wrong
    /// state is looked at.
    /// </summary>
    /// <param name="query">The query as it stands in the request line, with or without the question mark.</param>
    /// <param name="state">The state that was sent with the authorization request.</param>
    /// <returns>The response.</returns>
    /// <exception cref="NotionAuthException">
    /// <see cref="ErrorIds.StateMissing"/>, <see cref="ErrorIds.StateRepeated"/>, <see cref="ErrorIds.StateMismatch"/>:
    /// not an answer to this sign-in; <see cref="ErrorIds.InvalidCallback"/>: the state is right, but there is neither
    /// one code nor one error.
    /// </exception>
    public static AuthorizationResponse Parse(string query, string state)
    {
        const string action = "Leave this request alone: it doesn't belong to this sign-in. " +
            "Finish the sign-in in the browser tab that was opened for it, or start again.";
        List<KeyValuePair<string, string>> parameters = ParseQuery(query);

        List<string> states = Values(parameters, "state");
        if (states.Count == 0)
            throw new NotionAuthException(ErrorIds.StateMissing, NotionErrorKind.AuthenticationFailed,
                "The callback has no state parameter.", action);
        if (states.Count > 1)
            throw new NotionAuthException(ErrorIds.StateRepeated, NotionErrorKind.AuthenticationFailed,
                "The callback has more than one state parameter.", action);
        if (!FixedTimeEquals(states[0], state))
            throw new NotionAuthException(ErrorIds.StateMismatch, NotionErrorKind.AuthenticationFailed,
                "The callback's state isn't the one that this sign-in sent.", action);

        List<string> codes = Values(parameters, "code");
        List<string> errors = Values(parameters, "error");
        if (errors.Count == 1 && codes.Count == 0)
            return new AuthorizationResponse(
                null, errors[0], Redaction.Scrub(Values(parameters, "error_description").FirstOrDefault()));
        if (codes.Count == 1 && errors.Count == 0 && codes[0].Length > 0)
            return new AuthorizationResponse(new Secret(codes[0]), null, null);

        throw new NotionAuthException(
            ErrorIds.InvalidCallback, NotionErrorKind.InvalidData,
            "The callback has neither exactly one code nor exactly one error.", "Run Connect-NotionWorkspace again.");
    }

    private static List<string> Values(List<KeyValuePair<string, string>> parameters, string name) =>
        parameters.Where(p => p.Key == name).Select(p => p.Value).ToList();

    private static List<KeyValuePair<string, string>> ParseQuery(string query)
    {
        var parameters = new List<KeyValuePair<string, string>>();
        foreach (string part in query.TrimStart('?').Split('&'))
        {
            if (part.Length == 0) continue;
            int equals = part.IndexOf('=');
            string name = equals < 0 ? part : part.Substring(0, equals);
            string value = equals < 0 ? string.Empty : part.Substring(equals + 1);
            parameters.Add(new(WebUtility.UrlDecode(name), WebUtility.UrlDecode(value)));
        }

        return parameters;
    }

    private static bool FixedTimeEquals(string given, string expected)
    {
        // Compared as digests, so that neither the content nor the length of the expected value shows in the time
        // taken.
#if NET8_0_OR_GREATER
        return CryptographicOperations.FixedTimeEquals(
            SHA256.HashData(Encoding.UTF8.GetBytes(given)), SHA256.HashData(Encoding.UTF8.GetBytes(expected)));
#else
        using var sha = SHA256.Create();
        byte[] left = sha.ComputeHash(Encoding.UTF8.GetBytes(given));
        byte[] right = sha.ComputeHash(Encoding.UTF8.GetBytes(expected));
        int difference = 0;
        for (int i = 0; i < left.Length; i++) difference |= left[i] ^ right[i];
        return difference == 0;
#endif
    }
}
