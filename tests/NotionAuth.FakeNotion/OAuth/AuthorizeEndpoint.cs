using System;
using System.Collections.Generic;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using NotionAuth.FakeNotion.Endpoints;
using NotionAuth.FakeNotion.Hosting;

namespace NotionAuth.FakeNotion.OAuth;

/// <summary>What a person's browser sees: the authorize URL, the consent page, and the way back.</summary>
internal static class AuthorizeEndpoint
{
    public static void Map(Router router)
    {
        router.Map("GET v1/oauth/authorize", Authorize, credential: Credential.None);
        router.Map("POST _consent", Decide, credential: Credential.None);
    }

    private static Reply Authorize(Call call)
    {
        var query = call.Query;
        // Until both of these are known to be good there is nobody who may be called back.
        var client = call.State.FindClient(Single(call, "client_id"));
        if (client is null)
            return ErrorPage("Missing or invalid client_id", "No integration has this client id.");
        var redirectUri = Single(call, "redirect_uri");
        if (redirectUri is null || !client.IsRegistered(redirectUri))
        {
            var given = query.GetValueOrDefault("redirect_uri");
            return ErrorPage(
                "Missing or invalid redirect_uri",
                "The redirect URI must be registered with the integration, character for character. It was: " +
                $"{(given.Count == 0 ? "(none)" : given)}");
        }

        var state = RawParameter(call.Record.Query, "state");
        if (Single(call, "response_type") is not "code")
            return Back(redirectUri, "error=unsupported_response_type", state);
        if (query.ContainsKey("owner") && Single(call, "owner") is not ("user" or "workspace"))
            return Back(redirectUri, "error=invalid_request", state);
        if (!query.ContainsKey("owner"))
            return Back(redirectUri, "error=invalid_request", state);

        var automatic = client.AutoApprove != AutoApprove.Off ? client.AutoApprove : call.State.Behavior.AutoApprove;
        if (automatic == AutoApprove.Off)
        {
            var nonce = call.State.Consents.Ask(new Consent(client, redirectUri, state, call.Now));
            return Page(ConsentPage.Ask(client, FakeNotionState.ApproverOf(client), nonce), 200);
        }

        return automatic == AutoApprove.Allow
            ? Allow(call, client, redirectUri, state, client.AutoApprovePages)
            : Back(redirectUri, "error=access_denied", state);
    }

    private static Reply Decide(Call call)
    {
        var form = QueryHelpers.ParseQuery(Encoding.UTF8.GetString(call.Body));
        var consent = call.State.Consents.Take(form.GetValueOrDefault("nonce").ToString(), call.Now);
        if (consent is null)
            return ErrorPage("This page has expired", "Go back to the application and start again.");
        if (form.GetValueOrDefault("decision") != "allow")
            return Back(consent.RedirectUri, "error=access_denied", consent.RawState);
        var pages = new List<Guid>();
        foreach (var text in form.GetValueOrDefault("pages"))
        {
            if (Ids.TryParse(text, out var id))
                pages.Add(id);
        }

        return Allow(call, consent.Client, consent.RedirectUri, consent.RawState, pages);
    }

    private static Reply Allow(
        Call call, Integration client, string redirectUri, string? rawState, IReadOnlyCollection<Guid>? pages)
    {
        var code = call.State.OAuth.IssueCode(client, redirectUri, FakeNotionState.ApproverOf(client), pages);
        return Back(redirectUri, "code=" + Uri.EscapeDataString(code), rawState);
    }

    /// <summary>The state goes back byte for byte as it came: it is the client's, and not for us to read.</summary>
    private static Reply Back(string redirectUri, string answer, string? rawState)
    {
        var separator = redirectUri.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        var state = rawState is null ? "" : "&state=" + rawState;
        var reply = Reply.Redirect($"{redirectUri}{separator}{answer}{state}");
        reply.Headers.Add(new("Cache-Control", "no-store"));
        reply.Headers.Add(new("Referrer-Policy", "no-referrer"));
        return reply;
    }

    private static Reply ErrorPage(string title, string text) => Page(ConsentPage.Error(title, text), 400);

    private static Reply Page(string html, int status)
    {
        var reply = Reply.Html(html, status);
        // No form-action: browsers apply it to the redirect that follows the form too.
        reply.Headers.Add(new("Content-Security-Policy",
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"));
        reply.Headers.Add(new("Cache-Control", "no-store"));
        return reply;
    }

    /// <summary>Null if it is absent, and null too if it is there more than once.</summary>
    private static string? Single(Call call, string name) =>
        call.Query.TryGetValue(name, out var values) && values.Count == 1 ? values[0] : null;

    private static string? RawParameter(string query, string name)
    {
        foreach (var pair in query.TrimStart('?').Split('&'))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && Uri.UnescapeDataString(pair[..equals]) == name)
                return pair[(equals + 1)..];
        }

        return null;
    }
}
