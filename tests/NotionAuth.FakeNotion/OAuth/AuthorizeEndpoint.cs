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
        router.Map("GET install-integration", call => Refusal(call, 200), credential: Credential.None);
        router.Map("POST _consent", Decide, credential: Credential.None);
    }

    private static Reply Authorize(Call call)
    {
        CheckQuery(call);
        // Until both of these are known to be good there is nobody who may be called back.
        var redirectUri = Single(call, "redirect_uri")!;
        if (call.State.FindClient(Single(call, "client_id")) is not { } client || !client.IsRegistered(redirectUri))
        {
            return call.State.Behavior.AuthorizeErrorsInPlace
                ? Refusal(call, 400) : Reply.Redirect($"{call.State.BaseUri}install-integration{call.Record.Query}");
        }

        var state = RawParameter(call.Record.Query, "state");
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

    /// <summary>What a query lacks is told whoever asks, as JSON, and calls nobody back.</summary>
    private static void CheckQuery(Call call)
    {
        foreach (var name in (string[])["client_id", "redirect_uri", "response_type", "owner"])
        {
            if (Single(call, name) is not { Length: > 0 } value)
                throw Malformed(name, "defined", "undefined");
            if (name == "client_id" && call.State.FindClient(value) is null && !Guid.TryParse(value, out _))
                throw Malformed(name, "a valid uuid", Json.Quote(value));
            if (name == "response_type" && value != "code")
                throw Malformed(name, "`\"code\"`", Json.Quote(value));
            if (name == "owner" && value is not ("user" or "workspace"))
                throw Malformed(name, "`\"user\"` or `\"workspace\"`", Json.Quote(value));
        }
    }

    private static OAuthFailure Malformed(string name, string expectation, string actual) =>
        OAuthFailure.InvalidRequest(
            $"query failed validation: query.{name} should be {expectation}, instead was `{actual}`.");

    /// <summary>Notion's own page, on which a person reads what is wrong, and from which no way leads back.</summary>
    private static Reply Refusal(Call call, int status) =>
        call.State.FindClient(Single(call, "client_id")) is null
            ? Page(ConsentPage.Error("Missing or invalid client_id", "No integration has this client id."), status)
            : Page(
                ConsentPage.Error(
                    "Missing or invalid redirect_uri",
                    "The redirect URI must be registered with the integration, character for character. It was: " +
                    Single(call, "redirect_uri")),
                status);

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
