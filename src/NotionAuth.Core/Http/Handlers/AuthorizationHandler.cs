using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Common;
using NotionAuth.Core.Http.Bodies;

namespace NotionAuth.Core.Http.Handlers;

/// <summary>
/// Sends the bearer token; after a 401 asks for another one and repeats the request, until one that was issued for it
/// is rejected too.
/// </summary>
internal sealed class AuthorizationHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        RequestContext context = RequestContext.Get(request);
        IAccessTokenSource? tokens = context.Tokens;
        if (tokens is null) return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);

        Secret token = await AskAsync(context, tokens.GetAsync(cancellationToken)).ConfigureAwait(false);
        bool isIssued = false;
        while (true)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token.Reveal());
            HttpResponseMessage response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
            if (response.StatusCode != HttpStatusCode.Unauthorized || isIssued) return response;

            // A rejected request did nothing, so that repeating it is safe whatever it is.
            RenewedToken? renewed = await AskAsync(context, tokens.RenewAsync(token, context, cancellationToken))
                .ConfigureAwait(false);
            if (renewed is null || renewed.Token.Matches(token))
            {
                if (response.Content is BufferedContent body) body.WhyNotRepeated = context.WhyNotRenewed;
                return response;
            }

            response.Dispose();
            (token, isIssued) = (renewed.Token, renewed.IsIssued);
        }
    }

    private static async Task<T> AskAsync<T>(RequestContext context, Task<T> question)
    {
        try
        {
            return await question.ConfigureAwait(false);
        }
        catch (NotionAuthException e)
        {
            context.TokenFailure = e;
            throw;
        }
    }
}
