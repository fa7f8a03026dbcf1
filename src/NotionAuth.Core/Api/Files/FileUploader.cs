using System;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Common;
using NotionAuth.Core.Http.Bodies;

namespace NotionAuth.Core.Api.Files;

/// <summary>
/// Uploads a file in one call: makes the upload, sends the file or its parts, completes it, and waits until Notion says
/// that it is uploaded. Source: developers.notion.com/docs/uploading-small-files and sending-larger-files.
/// </summary>
internal static class FileUploader
{
    // The smallest limit that a workspace has: on a free plan.
    private const long SmallestLimit = 5 * 1024 * 1024;

    /// <summary>Whether a request is for a file that is to be uploaded.</summary>
    public static bool Takes(NotionRequest request) =>
        request.File is not null && NotionEndpoint.Find(request.Path, request.Method)?.UploadsFile == true;

    /// <summary>
    /// Whether a file that is given to a path is the request's body, as JSON, and isn't sent as a file. A file of JSON
    /// is uploaded as any other, unless its type is named: nothing else needs that for an extension that is known.
    /// </summary>
    /// <param name="path">The request's path.</param>
    /// <param name="file">The file.</param>
    /// <param name="contentType">The media type that was asked for; null for none.</param>
    public static bool IsJsonBody(string path, string file, string? contentType)
    {
        NotionEndpoint? endpoint = NotionEndpoint.Find(path);
        if (endpoint?.TakesFile == true) return false;
        return endpoint?.UploadsFile != true || (contentType?.Split(';')[0].Trim() == "application/json"
            && file.EndsWith(".json", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Checks that what is said of a file fits where it is sent.</summary>
    /// <param name="path">The request's path.</param>
    /// <param name="file">The file; null for none.</param>
    /// <param name="partNumber">Which part it is; null for none.</param>
    /// <param name="contentType">The media type that was asked for; null for none.</param>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.ConflictingParameters"/>.</exception>
    public static void CheckParameters(string path, string? file, int? partNumber, string? contentType)
    {
        if (file is null) return;
        NotionEndpoint? endpoint = NotionEndpoint.Find(path);
        if (endpoint?.UploadsFile == true && partNumber is not null)
            throw NotionAuthException.NothingSent(
                ErrorIds.ConflictingParameters,
                "-PartNumber is for file_uploads/<id>/send; file_uploads sends all parts of the file itself.",
                "Leave it out.");
        if (endpoint?.TakesFile != true && endpoint?.UploadsFile != true
            && (partNumber is not null || contentType is not null))
            throw NotionAuthException.NothingSent(
                ErrorIds.ConflictingParameters,
                "-PartNumber and -ContentType are for the content of a file upload; this endpoint takes JSON.",
                "Leave them out, or send the file to file_uploads/<id>/send.");
    }

    /// <summary>Uploads the file of a request.</summary>
    /// <param name="client">The client.</param>
    /// <param name="request">The request, which <see cref="Takes"/>.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    /// <returns>The file upload, uploaded; or the error that Notion answered the first request with, where the request
    /// wants those.</returns>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.FileUploadFailed"/>; as
    /// <see cref="FileToUpload.OpenAsync"/> and
    /// <see cref="NotionClient.SendAsync(NotionRequest, CancellationToken)"/>. It says what is left
    /// half-sent.</exception>
    public static async Task<NotionReply> UploadAsync(
        NotionClient client, NotionRequest request, CancellationToken cancellationToken)
    {
        FileToUpload file = await FileToUpload.OpenAsync(request.File!, cancellationToken).ConfigureAwait(false);
        if (file.Length > SmallestLimit)
            await CheckLimitAsync(client, request, file, cancellationToken).ConfigureAwait(false);
        NotionReply reply = await client
            .SendAsync(request with { File = null, Body = file.CreateBody() }, cancellationToken).ConfigureAwait(false);
        if (reply.IsError) return reply;

        string id = reply.IdOfObject();
        NotionRequest next = request with { Query = [], ReturnsErrorReplies = false, MayBeRepeated = true };
        int sent = 0;
        try
        {
            for (; sent < file.Parts; sent++)
            {
                NotionRequest part = next with { Path = $"file_uploads/{id}/send", File = file.Part(sent + 1) };
                reply = file.Parts > 1
                    ? await client.SendAsync(part, cancellationToken).ConfigureAwait(false)
                    : await FinishAsync(client, part, id, cancellationToken).ConfigureAwait(false);
            }

            if (file.Parts > 1)
                reply = await FinishAsync(
                    client,
                    next with
                    {
                        Path = $"file_uploads/{id}/complete",
                        File = null,
                        Body = Encoding.UTF8.GetBytes("{}"),
                    },
                    id, cancellationToken).ConfigureAwait(false);
        }
        catch (NotionAuthException e)
        {
            throw Left(e, file, id, sent);
        }

        return await UploadedAsync(client, request, id, reply, cancellationToken).ConfigureAwait(false);
    }

    // A reply may have got lost: then the repetition is refused, since there is nothing left to do.
    private static async Task<NotionReply> FinishAsync(
        NotionClient client, NotionRequest request, string id, CancellationToken cancellationToken)
    {
        try
        {
            return await client.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (NotionApiException)
        {
            NotionReply? state = null;
            try
            {
                state = await client.SendAsync(request.Reading($"file_uploads/{id}"), cancellationToken)
                    .ConfigureAwait(false);
            }
            catch (NotionAuthException)
            {
                // The first error says what is wrong.
            }

            if (state?.TextOf("status") == "uploaded") return state;
            throw;
        }
    }

    private static async Task<NotionReply> UploadedAsync(
        NotionClient client, NotionRequest request, string id, NotionReply reply, CancellationToken cancellationToken)
    {
        reply = await StatusPoll.UntilFinishedAsync(
            client, request.Reading($"file_uploads/{id}"), reply, status => status == "pending", cancellationToken)
            .ConfigureAwait(false);
        if (reply.TextOf("status") is "failed" or "expired" or null)
            throw new NotionAuthException(
                ErrorIds.FileUploadFailed, NotionErrorKind.InvalidOperation,
                $"The file was sent, and Notion says of the file upload {id}: {reply.TextOf("status") ?? "nothing"}.",
                "Run the command again. If that doesn't help, check that the file isn't broken.")
            { Target = $"file_uploads/{id}" };
        return reply;
    }

    // Gigabytes aren't sent only to be refused. Where the limit can't be read, Notion says what it thinks of the size.
    private static async Task CheckLimitAsync(
        NotionClient client, NotionRequest request, FileToUpload file, CancellationToken cancellationToken)
    {
        long? limit;
        try
        {
            NotionReply me = await client.SendAsync(request.Reading("users/me"), cancellationToken)
                .ConfigureAwait(false);
            using JsonDocument body = me.ParseJson();
            limit = body.RootElement.TryGetProperty("bot", out JsonElement bot)
                && bot.ValueKind == JsonValueKind.Object
                && bot.TryGetProperty("workspace_limits", out JsonElement limits)
                && limits.ValueKind == JsonValueKind.Object
                && limits.TryGetProperty("max_file_upload_size_in_bytes", out JsonElement size)
                && size.ValueKind == JsonValueKind.Number && size.TryGetInt64(out long bytes) ? bytes : null;
        }
        catch (NotionApiException e) when (e.Status is 403 or 404)
        {
            return;
        }

        if (file.Length > limit) throw FileErrors.OfLimit(file.Path, file.Length, limit.Value);
    }

    private static NotionAuthException Left(NotionAuthException e, FileToUpload file, string id, int sent)
    {
        string message = e.Message.TrimEnd('.') + ". ";
        string command = "Invoke-NotionRequest file_uploads";
        string again = $"{command} -InFile {CommandText.Quoted(file.Path)}" +
            (file.GivenType is null ? string.Empty : $" -ContentType {CommandText.Quoted(file.GivenType)}");
        if (file.Parts == 1)
            return e.With(
                $"{message}The file upload {id} was made, and the file isn't in it.",
                $"{e.RecommendedAction} Then run {again}: it makes a new upload. An empty one expires by itself.");
        if (sent == file.Parts)
            return e.With(
                $"{message}All {file.Parts} parts of the file upload {id} were sent; it isn't complete.",
                $"{e.RecommendedAction} Then run {command}/{id}/complete.");
        return e.With(
            string.Format(
                CultureInfo.InvariantCulture, "{0}Of the file upload {1}, {2} of {3} parts were sent.", message, id,
                sent, file.Parts),
            $"{e.RecommendedAction} Then run {again}: it makes a new upload. What was sent of this one expires " +
            "by itself.");
    }
}
